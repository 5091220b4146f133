//! The words of the pages, in three languages. A word that is missing in one does not compile.

macro_rules! words {
    ($($name:ident: $en:literal, $kk:literal, $ru:literal;)*) => {
        /// The words of one language.
        pub(crate) struct Words { $(pub $name: &'static str),* }
        const EN: Words = Words { $($name: $en),* };
        const KK: Words = Words { $($name: $kk),* };
        const RU: Words = Words { $($name: $ru),* };
    };
}

words! {
    code: "en", "kk", "ru";
    overview: "Overview", "Жалпы көрініс", "Обзор";
    findings: "Findings", "Нәтижелер", "Результаты";
    statement: "Statement", "Мәлімдеме", "Заявление";
    differ: "numbers are not the published ones", "сан жарияланғаннан өзгеше", "чисел расходятся с опубликованными";
    table: "As a table (CSV)", "Кесте түрінде (CSV)", "Таблицей (CSV)";
    timeline: "Chronology", "Шежіре", "Хроника";
    urgent: "Urgent", "Шұғыл", "Срочное";
    sos: "SOS", "SOS", "SOS";
    attend: "See to it", "Көмектесу", "Заняться";
    attended: "Who sees to it", "Кім айналысады", "Кто занимается";
    who_attends: "Who sees to it, and how", "Кім және қалай айналысады", "Кто и как занимается";
    unattended: "nobody has signed for", "әлі ешкім мойнына алмаған", "никто не взял на себя";
    all_attended: "Somebody sees to everything urgent.", "Шұғылдың бәрімен біреу айналысып жатыр.", "Всем срочным кто-то занимается.";
    correct: "Correct an answer", "Жауапты түзету", "Исправить ответ";
    correct_how: "An empty answer takes it away; choices go by their names. The observer's own answer is kept beside the correction.", "Бос жауап оны алып тастайды; нұсқалар атауымен жазылады. Байқаушының өз жауабы түзетумен қатар сақталады.", "Пустой ответ убирает прежний; варианты пишутся по именам. Ответ наблюдателя хранится рядом с исправлением.";
    question: "Question", "Сұрақ", "Вопрос";
    new_answer: "New answer", "Жаңа жауап", "Новый ответ";
    source: "Source (a call, the paper form)", "Дереккөз (қоңырау, қағаз парақ)", "Источник (звонок, бумажная анкета)";
    unfit: "does not fit", "сай емес", "не подходит";
    workbook: "With a codebook (XLSX)", "Кодтар кітабымен (XLSX)", "С книгой кодов (XLSX)";
    as_of: "As received by", "Мына уақытқа дейін алынғандар:", "Полученное к";
    set: "set", "жиынтық", "набор";
    document: "As a document (ODT)", "Құжат түрінде (ODT)", "Документом (ODT)";
    reports: "Reports", "Есептер", "Отчёты";
    phones: "Phones", "Телефондар", "Телефоны";
    skip: "To the content", "Мазмұнға өту", "К содержанию";
    heard: "The server was heard at", "Сервер соңғы жауап берген уақыт:", "Сервер отвечал в";
    never_heard: "The server was not heard yet", "Сервер әлі жауап берген жоқ", "Сервер ещё не отвечал";
    silent: "Nothing could be pulled; what is shown was pulled before:", "Ештеңе алынбады; бұған дейін алынғаны көрсетілген:", "Ничего не удалось получить; показано полученное раньше:";
    received: "Received", "Алынды", "Получено";
    counted: "Counted", "Есептелді", "Учтено";
    not_counted: "Not counted", "Есептелмеді", "Не учтено";
    phones_heard: "Phones heard from", "Хабар берген телефондар", "Телефоны на связи";
    of: "of", "/", "из";
    by_checklist: "By checklist", "Парақтар бойынша", "По анкетам";
    by_region: "By region", "Өңірлер бойынша", "По регионам";
    by_hour: "By hour of arrival", "Келген сағаты бойынша", "По часам прибытия";
    why_not: "Why reports are not counted", "Есептердің есептелмеу себебі", "Почему отчёты не учтены";
    all_counted: "Every report that was received counts.", "Алынған есептердің бәрі есептелді.", "Все полученные отчёты учтены.";
    is_counted: "counted", "есептелді", "учтён";
    is_superseded: "superseded", "алмастырылған", "заменён";
    is_duplicate: "a double", "қайталанған", "повтор";
    is_forked: "of a forked phone", "екіге айырылған телефоннан", "с раздвоенного телефона";
    is_excluded: "excluded by a desk", "үстел шығарып тастаған", "исключён координаторами";
    is_test: "an exercise", "жаттығу", "учебный";
    is_not_observed: "the team could not observe", "топ бақылай алмады", "группа не смогла наблюдать";
    is_proposal: "a proposal, to be accepted", "ұсыныс, қабылдауды күтеді", "предложение, ждёт решения";
    is_competing: "an earlier amendment counts", "бұрынғы түзету есептелген", "учтено более раннее исправление";
    is_amendment: "an amendment", "түзету", "исправление";
    is_misfit: "does not fit its checklist", "парағына сай емес", "не подходит к своей анкете";
    is_unverifiable: "cannot be verified", "тексеру мүмкін емес", "не проверяется";
    is_unconfirmed: "its phone is not confirmed", "телефоны расталмаған", "телефон не подтверждён";
    is_contested: "its phone is contested", "телефоны даулы", "телефон под вопросом";
    is_revoked: "its phone was revoked", "телефоны кері қайтарылған", "телефон отозван";
    is_expired: "its invite had expired", "шақыруының мерзімі өткен", "приглашение истекло";
    checklist: "Checklist", "Парақ", "Анкета";
    region: "Region", "Өңір", "Регион";
    elsewhere: "Without a place", "Орынсыз", "Без места";
    reason: "Reason", "Себеп", "Причина";
    hour: "Hour", "Сағат", "Час";
    figure: "Figure", "Көрсеткіш", "Показатель";
    published: "Published", "Жарияланған", "Опубликовано";
    computed: "Computed", "Есептелген", "Вычислено";
    base: "Out of", "Неден", "Из скольких";
    how_many: "How many", "Қанша", "Сколько";
    dk: "Do not know", "Білмейді", "Не знают";
    na: "Does not apply", "Қатысы жоқ", "Неприменимо";
    np: "Not permitted to see it", "Көруге рұқсат жоқ", "Не дали увидеть";
    blank: "Not answered", "Жауапсыз", "Без ответа";
    differs: "differs", "сәйкес емес", "расходится";
    several: "Several answers are possible: parts may add up to more than the whole.", "Бірнеше жауап болуы мүмкін: бөліктердің қосындысы бүтіннен асуы ықтимал.", "Возможно несколько ответов: сумма частей может превышать целое.";
    behind: "The reports behind it", "Оған негіз болған есептер", "Отчёты за этим числом";
    choices: "By answer", "Жауаптар бойынша", "По ответам";
    estimate: "For all stations, from the sample", "Іріктеме бойынша барлық учаскелер үшін", "Для всех участков, по выборке";
    estimate_share: "Estimate", "Бағалау", "Оценка";
    interval: "Interval of 95 %", "95 % аралық", "Интервал 95 %";
    no_interval: "none: nobody or everybody has it", "жоқ: ешкімде немесе бәрінде бар", "нет: ни у кого или у всех";
    standard_error: "Standard error", "Стандартты қате", "Стандартная ошибка";
    drawn: "Stations drawn", "Іріктелген учаскелер", "Отобрано участков";
    known_at: "Known at", "Белгілі болғаны", "Известно на";
    estimate_how: "Stations were drawn by chance in each stratum. Those where it is not known are taken to be like the others of their stratum: the fewer answered, the less that can be trusted.", "Учаскелер әр қабатта кездейсоқ іріктелді. Белгісіз учаскелер өз қабатындағы басқалармен бірдей деп алынады: жауап неғұрлым аз болса, сенім соғұрлым аз.", "Участки в каждом слое отобраны случайно. Те, где это неизвестно, считаются такими же, как остальные в своём слое: чем меньше ответов, тем меньше этому можно верить.";
    no_sample: "No interval is shown: places were chosen by observers, not drawn by chance, so that the figures speak of what was observed alone.", "Аралық көрсетілмейді: орындар кездейсоқ іріктелмеген, сондықтан сандар тек байқалғанды сипаттайды.", "Интервал не показан: места выбраны не случайно, поэтому числа говорят только о том, что наблюдалось.";
    show: "Show", "Көрсету", "Показать";
    all: "all", "бәрі", "все";
    effective: "with corrections and amendments", "түзетулермен", "с исправлениями";
    raw: "as first reported", "алғашқы қалпында", "как сообщено впервые";
    answers: "Answers", "Жауаптар", "Ответы";
    search: "Words", "Сөздер", "Слова";
    status: "Status", "Күйі", "Состояние";
    team: "Team", "Топ", "Группа";
    visit: "Visit", "Бару", "Посещение";
    place: "Place", "Орын", "Место";
    signed: "Signed", "Қол қойылды", "Подписан";
    found: "reports", "есеп", "отчётов";
    none: "No report is like this.", "Мұндай есеп жоқ.", "Таких отчётов нет.";
    newer: "Newer", "Жаңарақ", "Новее";
    older: "Older", "Ескірек", "Раньше";
    proof: "Proof", "Дәлел", "Доказательства";
    hash: "Envelope (SHA-256)", "Конверт (SHA-256)", "Конверт (SHA-256)";
    phone: "Phone", "Телефон", "Телефон";
    chain: "Number in its chain", "Тізбектегі нөмірі", "Номер в цепочке";
    log: "Place in the log", "Журналдағы орны", "Место в журнале";
    supersedes: "It supersedes", "Ол алмастырады:", "Заменяет";
    superseded_by: "It is superseded by", "Оны алмастырған:", "Заменён отчётом";
    why: "Why", "Неліктен", "Почему";
    changed: "What it changes", "Нені өзгертеді", "Что он меняет";
    before: "Before", "Бұрын", "Было";
    after: "After", "Кейін", "Стало";
    incomplete: "Signed although something is missing", "Толық болмаса да қол қойылған", "Подписан, хотя чего-то не хватает";
    note: "Note", "Ескертпе", "Заметка";
    decided: "What desks decided", "Үстелдердің шешімі", "Решения координаторов";
    decide: "Decide", "Шешім қабылдау", "Решить";
    ask_how: "To ask, mark the questions above; the reason is what the observer reads.", "Сұрау үшін жоғарыдағы сұрақтарды белгілеңіз; себебін байқаушы оқиды.", "Чтобы спросить, отметьте вопросы выше; причину прочтёт наблюдатель.";
    accept: "It counts", "Есептелсін", "Учитывать";
    exclude: "It counts nowhere", "Есептелмесін", "Не учитывать";
    ask: "Ask the observer", "Байқаушыдан сұрау", "Спросить наблюдателя";
    counts_then: "What you sign counts as soon as the server has it; every desk of the mission sees it with your reason.", "Қол қойғаныңыз сервер алған сәтте күшіне енеді; оны себебімен бірге миссияның барлық үстелдері көреді.", "Подписанное действует, как только оно на сервере; его с вашей причиной видят все рабочие места миссии.";
    sign: "Sign", "Қол қою", "Подписать";
    corrections: "Corrections", "Түзетулер", "Исправления";
    not_here: "not here yet", "әлі келген жоқ", "ещё не получено";
    attachments: "Attachments", "Тіркемелер", "Вложения";
    unreadable: "It cannot be shown", "Көрсету мүмкін емес", "Показать нельзя";
    person: "Person", "Адам", "Человек";
    standing: "Standing", "Мәртебесі", "Статус";
    last_heard: "Last heard", "Соңғы хабар", "Последний сигнал";
    missing: "Missing before the last", "Соңғысына дейін жетіспейді", "Не хватает до последнего";
    forked: "forked", "екіге айырылған", "раздвоена";
    closed: "closed", "жабылған", "закрыта";
    nothing_yet: "nothing yet", "әлі ештеңе", "пока ничего";
    failed: "That did not work", "Бұл орындалмады", "Не получилось";
    back: "Back", "Артқа", "Назад";
}

/// The languages: code and own name.
pub(crate) const LANGUAGES: [(&str, &str); 3] = [("en", "English"), ("kk", "Қазақша"), ("ru", "Русский")];

/// The words of a language; English for any other.
pub(crate) fn words(code: &str) -> &'static Words {
    match code {
        "kk" => &KK,
        "ru" => &RU,
        _ => &EN,
    }
}
