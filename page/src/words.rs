//! The words of the pages, in five languages. A word that is missing in one does not compile. `{n}` is a number, with plural forms where
//! a language has them.

use baqylau_findings::message::{Message, MessageNames, MessageValue};

macro_rules! words {
    ($($name:ident: $en:literal, $kk:literal, $ru:literal, $ar:literal, $fr:literal;)*) => {
        /// The words of one language.
        pub(crate) struct Words { $(pub $name: &'static str),* }
        const EN: Words = Words { $($name: $en),* };
        const KK: Words = Words { $($name: $kk),* };
        const RU: Words = Words { $($name: $ru),* };
        const AR: Words = Words { $($name: $ar),* };
        const FR: Words = Words { $($name: $fr),* };
    };
}

words! {
    code: "en", "kk", "ru", "ar", "fr";
    overview: "Overview", "Жалпы көрініс", "Обзор", "نظرة عامة", "Vue d'ensemble";
    findings: "Findings", "Нәтижелер", "Результаты", "نتائج المراقبة", "Constatations";
    statement: "Statement", "Мәлімдеме", "Заявление", "البيان", "Déclaration";
    table: "As a table (CSV)", "Кесте түрінде (CSV)", "Таблицей (CSV)", "جدول (CSV)", "Tableau (CSV)";
    timeline: "Chronology", "Хронология", "Хроника", "التسلسل الزمني", "Chronologie";
    silent_teams: "Teams not heard from, due", "Хабар бермеген топтар, мерзімі", "Группы не вышли на связь, срок", "فرق لم يرد منها اتصال، وكان موعده", "Équipes sans nouvelles à l'échéance du";
    urgent: "Urgent", "Шұғыл", "Срочное", "عاجل", "Urgent";
    sos: "SOS", "SOS", "SOS", "استغاثة", "SOS";
    attend: "See to it", "Қолға алу", "Заняться", "التكفّل به", "Prendre en charge";
    attended: "Who sees to it", "Кім айналысады", "Кто занимается", "من يتكفّل به", "Qui s'en charge";
    who_attends: "Who sees to it, and how", "Кім және қалай айналысады", "Кто и как занимается", "من يتكفّل به، وكيف", "Qui s'en charge, et comment";
    unattended: "{n} nobody has signed for", "{n} оқиғаны әлі ешкім қолға алмаған", "{n} никто не взял на себя", "{n, plural, zero {لا حالة دون متكفّل} one {حالة واحدة لم يتكفّل بها أحد بعد} two {حالتان لم يتكفّل بهما أحد بعد} few {# حالات لم يتكفّل بها أحد بعد} many {# حالة لم يتكفّل بها أحد بعد} other {# حالة لم يتكفّل بها أحد بعد}}", "{n, plural, one {# cas que personne n'a encore pris en charge} other {# cas que personne n'a encore pris en charge}}";
    all_attended: "Somebody sees to everything urgent.", "Шұғылдың бәрімен біреу айналысып жатыр.", "Всем срочным кто-то занимается.", "كل ما هو عاجل له من يتكفّل به.", "Tout ce qui est urgent est pris en charge.";
    correct: "Correct an answer", "Жауапты түзету", "Исправить ответ", "تصحيح إجابة", "Corriger une réponse";
    correct_how: "Choose the question. What the correction changes, and which figures move, is shown before anything is signed. The observer's own answer is kept beside the correction.", "Сұрақты таңдаңыз. Қол қойылғанға дейін түзетудің нені өзгертетіні және қай көрсеткіштердің жылжитыны көрсетіледі. Байқаушының өз жауабы түзетумен қатар сақталады.", "Выберите вопрос. До подписи будет показано, что изменит исправление и какие показатели сдвинутся. Ответ наблюдателя хранится рядом с исправлением.", "اختر السؤال. قبل التوقيع يُعرض ما يغيّره التصحيح والمؤشرات التي تتغير. وتُحفظ إجابة المراقب الأصلية إلى جانب التصحيح.", "Choisissez la question. Avant toute signature s'affichent ce que la correction change et les indicateurs qui bougent. La réponse de l'observateur est conservée à côté de la correction.";
    empty_takes_away: "Leave it empty to take the answer away.", "Жауапты алып тастау үшін бос қалдырыңыз.", "Оставьте пустым, чтобы убрать ответ.", "اتركه فارغا لإلغاء الإجابة.", "Laissez vide pour effacer la réponse.";
    go_on: "Go on", "Жалғастыру", "Дальше", "متابعة", "Continuer";
    not_signed_yet: "Nothing is signed yet. This is what the correction would do:", "Әлі ештеңеге қол қойылған жоқ. Түзету мынаны өзгертер еді:", "Пока ничего не подписано. Исправление изменит следующее:", "لم يوقَّع شيء بعد. هذا ما سيغيّره التصحيح:", "Rien n'est encore signé. Voici ce que la correction changerait :";
    unlikely: "The checklist calls this unlikely", "Чек-парақ бойынша бұл күмәнді", "По анкете это маловероятно", "تعدّ الاستمارة هذا مستبعدا", "Le formulaire juge cela improbable";
    impossible: "This cannot be", "Бұлай болуы мүмкін емес", "Так быть не может", "هذا غير ممكن", "C'est impossible";
    not_offered: "This choice is no longer offered", "Бұл жауап нұсқасы енді ұсынылмайды", "Такого варианта больше нет", "لم يعد هذا الخيار متاحا", "Ce choix n'est plus proposé";
    to_be_answered: "It must be answered", "Жауап беру қажет", "Нужно ответить", "تجب الإجابة عنه", "Une réponse est requise";
    computed_unfit: "What was computed does not fit this question, so it is blank", "Есептелген мән бұл сұраққа сай келмейді, сондықтан бос", "Вычисленное значение не подходит к этому вопросу, поэтому здесь пусто", "القيمة المحسوبة لا تناسب هذا السؤال، لذلك بقي فارغا", "La valeur calculée ne convient pas à cette question, qui reste vide";
    too_many_rows: "Too many rows: there can be at most 5,000", "Жолдар тым көп: ең көбі 5000 болады", "Слишком много строк: может быть не больше 5000", "الصفوف كثيرة جدا: الحد الأقصى 5000", "Trop de lignes : 5 000 au plus";
    confirm_unlikely: "I looked at it again: it is so", "Қайта қарадым: солай", "Проверено ещё раз: это так", "راجعته مرة أخرى: هو كذلك", "J'ai revérifié : c'est bien cela";
    asked_then: "The checklist asks this then, and nobody answered it", "Сонда чек-парақ мынаны сұрайды, ал жауабы жоқ", "Тогда анкета спрашивает и это, а ответа нет", "عندئذ تسأل الاستمارة عن هذا ولا إجابة عنه", "Le formulaire pose alors cette question, restée sans réponse";
    figures_move: "Figures that move", "Жылжитын көрсеткіштер", "Показатели, которые сдвинутся", "المؤشرات التي تتغير", "Indicateurs qui bougent";
    would_be_open: "This report would no longer be internal: its words may be quoted and exported.", "Бұл есеп енді ішкі болмайды: оның сөздерін дәйексөз етуге және экспорттауға болады.", "Этот отчёт больше не будет для внутреннего пользования: его слова можно будет цитировать и выгружать.", "لن يبقى هذا التقرير داخليا: يمكن اقتباس كلامه وتصديره.", "Ce rapport ne serait plus interne : ses propos pourront être cités et exportés.";
    would_be_internal: "This report would be internal: its words are neither quoted nor exported. Quotes that go: {n}", "Бұл есеп ішкі болады: оның сөздері дәйексөз етілмейді және экспортталмайды. Жойылатын дәйексөздер: {n}", "Этот отчёт станет отчётом для внутреннего пользования: его слова не цитируются и не выгружаются. Пропадёт цитат: {n}", "سيصبح هذا التقرير داخليا: لا يُقتبس كلامه ولا يُصدَّر. عدد الاقتباسات التي تُحذف: {n}", "Ce rapport serait interne : ses propos ne sont ni cités ni exportés. Citations retirées : {n}";
    no_figure_moves: "No figure moves.", "Ешбір көрсеткіш жылжымайды.", "Ни один показатель не сдвинется.", "لا يتغير أي مؤشر.", "Aucun indicateur ne bouge.";
    older_versions: "{n, plural, one {# report is of a version without a choice that is named here; there it counts as not chosen} other {# reports are of versions without a choice that is named here; there it counts as not chosen}}", "{n} есеп мұнда аталған нұсқасы жоқ чек-парақ нұсқасымен толтырылған; онда ол таңдалмаған болып саналады", "{n, plural, one {# отчёт заполнен по версии без варианта, названного здесь; там он считается невыбранным} few {# отчёта заполнены по версиям без варианта, названного здесь; там он считается невыбранным} many {# отчётов заполнено по версиям без варианта, названного здесь; там он считается невыбранным} other {# отчёта заполнено по версиям без варианта, названного здесь; там он считается невыбранным}}", "{n, plural, zero {لا تقارير من نسخ تخلو من خيار مذكور هنا} one {تقرير واحد من نسخة تخلو من خيار مذكور هنا؛ يُعدّ فيه غير مختار} two {تقريران من نسخ تخلو من خيار مذكور هنا؛ يُعدّ فيهما غير مختار} few {# تقارير من نسخ تخلو من خيار مذكور هنا؛ يُعدّ فيها غير مختار} many {# تقريرا من نسخ تخلو من خيار مذكور هنا؛ يُعدّ فيها غير مختار} other {# تقرير من نسخ تخلو من خيار مذكور هنا؛ يُعدّ فيها غير مختار}}", "{n, plural, one {# rapport suit une version sans un choix nommé ici ; il y compte comme non choisi} other {# rapports suivent des versions sans un choix nommé ici ; il y compte comme non choisi}}";
    flag_lost: "is odd now, and would not be after the correction", "қазір күмәнді, түзетуден кейін күмәнді болмайды", "сейчас это странно, после исправления — уже нет", "غير معتاد الآن ولن يكون كذلك بعد التصحيح", "anomalie qui disparaîtrait avec la correction";
    flag_gained: "would be odd after the correction", "түзетуден кейін күмәнді болады", "после исправления станет странным", "سيصبح غير معتاد بعد التصحيح", "anomalie qui apparaîtrait avec la correction";
    was_odd: "Was odd", "Күмәнді болған", "Было странным", "كان غير معتاد", "Anomalie initiale";
    settled: "as it was sent; not since it was corrected", "жіберілген күйінде; түзетілгеннен кейін олай емес", "в присланном виде; после исправления — нет", "كما أُرسل؛ وليس بعد تصحيحه", "à l'envoi ; plus depuis la correction";
    question: "Question", "Сұрақ", "Вопрос", "السؤال", "Question";
    source: "Source (a call, the paper form)", "Дереккөз (қоңырау, қағаз чек-парақ)", "Источник (звонок, бумажная анкета)", "المصدر (مكالمة، استمارة ورقية)", "Source (appel, formulaire papier)";
    unfit: "does not fit", "сай емес", "не подходит", "غير ملائم", "ne convient pas";
    workbook: "With a codebook (XLSX)", "Кодтар кітабымен (XLSX)", "С кодовой книгой (XLSX)", "مع دليل الرموز (XLSX)", "Avec le dictionnaire des codes (XLSX)";
    as_of: "As received by", "Мына уақытқа дейін алынғандар:", "Полученное к", "كما ورد حتى", "Tel que reçu au";
    set: "set", "жиынтық", "набор", "المجموعة", "ensemble";
    document: "As a document", "Құжат түрінде", "Документом", "بصيغة مستند", "En document";
    reports: "Reports", "Есептер", "Отчёты", "التقارير", "Rapports";
    phones: "Phones", "Телефондар", "Телефоны", "الهواتف", "Téléphones";
    skip: "To the content", "Мазмұнға өту", "К содержанию", "الانتقال إلى المحتوى", "Aller au contenu";
    heard: "The server was heard at", "Сервер соңғы жауап берген уақыт:", "Последний ответ сервера:", "آخر استجابة من الخادم:", "Dernière réponse du serveur :";
    never_heard: "The server was not heard yet", "Сервер әлі жауап берген жоқ", "Сервер ещё не отвечал", "لم يستجب الخادم بعد", "Le serveur n'a pas encore répondu";
    silent: "Nothing could be pulled; what is shown was pulled before:", "Ештеңе алынбады; бұған дейін алынғаны көрсетілген:", "Ничего не удалось получить; показано полученное раньше:", "تعذّر جلب أي شيء؛ المعروض جُلب من قبل:", "Rien n'a pu être récupéré ; ce qui est affiché date d'avant :";
    received: "Received", "Алынды", "Получено", "تم الاستلام", "Reçu(s)";
    counted: "Counted", "Есепке алынды", "Учтено", "محتسَبة", "Pris en compte";
    not_counted: "Not counted", "Есепке алынбады", "Не учтено", "غير محتسَبة", "Non pris en compte";
    phones_heard: "Phones heard from", "Хабар берген телефондар", "Телефоны на связи", "هواتف وردت منها تقارير", "Téléphones ayant transmis";
    of: "of", "/", "из", "من", "sur";
    by_checklist: "By checklist", "Чек-парақтар бойынша", "По анкетам", "حسب الاستمارة", "Par formulaire";
    by_region: "By region", "Өңірлер бойынша", "По регионам", "حسب المنطقة", "Par région";
    by_hour: "By hour of arrival", "Келген сағаты бойынша", "По часам прибытия", "حسب ساعة الوصول", "Par heure d'arrivée";
    why_not: "Why reports are not counted", "Есептердің есепке алынбау себебі", "Почему отчёты не учтены", "أسباب عدم احتساب التقارير", "Pourquoi des rapports ne sont pas pris en compte";
    all_counted: "Every report that was received counts.", "Алынған есептердің бәрі есепке алынды.", "Все полученные отчёты учтены.", "كل التقارير المستلَمة محتسَبة.", "Tous les rapports reçus sont pris en compte.";
    is_counted: "counted", "есепке алынды", "учтён", "محتسَب", "pris en compte";
    is_superseded: "superseded", "алмастырылған", "заменён", "حلّ محلّه تقرير آخر", "remplacé";
    is_duplicate: "a double", "қайталанған", "повтор", "مكرّر", "doublon";
    is_forked: "of a forked phone", "екіге айырылған телефоннан", "с раздвоенного телефона", "من هاتف متفرّع السلسلة", "d'un téléphone à chaîne dédoublée";
    is_excluded: "excluded by a desk", "үйлестірушілер шығарып тастаған", "исключён координаторами", "استبعده مكتب تنسيق", "exclu par un poste de coordination";
    is_test: "an exercise", "жаттығу", "учебный", "تمرين", "exercice";
    is_not_observed: "the team could not observe", "топ бақылай алмады", "группа не смогла наблюдать", "تعذّرت المراقبة على الفريق", "l'équipe n'a pas pu observer";
    is_proposal: "a proposal, to be accepted", "ұсыныс, қабылдауды күтеді", "предложение, ждёт решения", "اقتراح ينتظر القبول", "proposition, à accepter";
    is_competing: "an earlier amendment counts", "бұрынғы түзету есепке алынған", "учтено более раннее исправление", "المحتسَب تعديل سابق", "un rectificatif antérieur est pris en compte";
    is_amendment: "an amendment", "түзету", "исправление", "تعديل", "rectificatif";
    is_misfit: "does not fit its checklist", "чек-парағына сай емес", "не подходит к своей анкете", "لا يطابق استمارته", "ne correspond pas à son formulaire";
    is_unverifiable: "cannot be verified", "тексеру мүмкін емес", "не проверяется", "لا يمكن التحقق منه", "invérifiable";
    is_unconfirmed: "its phone is not confirmed", "телефоны расталмаған", "телефон не подтверждён", "هاتفه غير مؤكَّد", "téléphone non confirmé";
    is_contested: "its phone is contested", "телефоны даулы", "телефон под вопросом", "هاتفه متنازَع عليه", "téléphone contesté";
    is_revoked: "its phone was revoked", "телефонының рұқсаты қайтарып алынған", "телефон отозван", "أُلغي اعتماد هاتفه", "téléphone révoqué";
    is_expired: "its invite had expired", "шақыруының мерзімі өткен", "приглашение истекло", "كانت دعوته منتهية الصلاحية", "invitation expirée";
    checklist: "Checklist", "Чек-парақ", "Анкета", "الاستمارة", "Formulaire";
    region: "Region", "Өңір", "Регион", "المنطقة", "Région";
    elsewhere: "Without a place", "Орны көрсетілмеген", "Без места", "دون مكان", "Sans lieu";
    reason: "Reason", "Себеп", "Причина", "السبب", "Motif";
    hour: "Hour", "Сағат", "Час", "الساعة", "Heure";
    figure: "Figure", "Көрсеткіш", "Показатель", "المؤشر", "Indicateur";
    published: "Published", "Жарияланған", "Опубликовано", "المنشور", "Publié";
    not_published: "not published yet", "әлі жарияланбаған", "ещё не опубликовано", "لم يُنشر بعد", "pas encore publié";
    struck: "struck: the sentence does not hold by its number", "сызылды: сөйлем санына сай емес", "вычеркнуто: предложение не соответствует своему числу", "مشطوبة: لا تصحّ الجملة بحسب رقمها", "barré : la phrase ne tient pas au vu de son chiffre";
    computed: "Computed", "Есептелген", "Вычислено", "المحسوب", "Calculé";
    base: "Out of", "Қаншадан", "Из скольких", "من أصل", "Sur";
    how_many: "How many", "Қанша", "Сколько", "العدد", "Nombre";
    dk: "Do not know", "Білмейді", "Неизвестно", "غير معلوم", "Ne sait pas";
    na: "Does not apply", "Қатысы жоқ", "Неприменимо", "لا ينطبق", "Sans objet";
    np: "Not permitted to see it", "Көруге рұқсат жоқ", "Не дали увидеть", "لم يُسمح بالاطلاع عليه", "Accès non autorisé";
    blank: "Not answered", "Жауапсыз", "Без ответа", "دون إجابة", "Sans réponse";
    differs: "differs", "сәйкес емес", "расходится", "مختلف", "diffère";
    several: "Several answers are possible: parts may add up to more than the whole.", "Бірнеше жауап болуы мүмкін: бөліктердің қосындысы бүтіннен асуы ықтимал.", "Возможно несколько ответов: сумма частей может превышать целое.", "يمكن اختيار أكثر من إجابة: قد يتجاوز مجموع الأجزاء الكل.", "Plusieurs réponses possibles : la somme des parts peut dépasser le total.";
    behind: "The reports behind it", "Оған негіз болған есептер", "Отчёты за этим числом", "التقارير المستند إليها", "Rapports à l'appui";
    choices: "By answer", "Жауаптар бойынша", "По ответам", "حسب الإجابة", "Par réponse";
    estimate: "For all stations, from the sample", "Іріктеме бойынша барлық учаскелер үшін", "Для всех участков, по выборке", "لجميع مراكز الاقتراع، استنادا إلى العينة", "Pour tous les bureaux de vote, d'après l'échantillon";
    estimate_share: "Estimate", "Бағалау", "Оценка", "التقدير", "Estimation";
    interval: "Interval of 95 %", "95 % аралық", "Интервал 95 %", "فترة الثقة 95 ٪", "Intervalle de confiance à 95 %";
    no_interval: "none: too few were drawn, or nobody or everybody has it", "жоқ: іріктелгені тым аз, не ешкімде немесе бәрінде бар", "нет: отобрано слишком мало, либо ни у кого или у всех", "لا يوجد: العيّنة صغيرة جدًا، أو لا أحد أو الجميع", "aucun : trop peu de tirages, ou personne ou tout le monde";
    standard_error: "Standard error", "Стандартты қате", "Стандартная ошибка", "الخطأ المعياري", "Erreur type";
    drawn: "Stations drawn", "Іріктелген учаскелер", "Отобрано участков", "مراكز الاقتراع المسحوبة", "Bureaux de vote tirés au sort";
    known_at: "Known at", "Белгілі болғаны", "Известно на", "معلوم في", "Connu pour";
    estimate_known: "Of the stations where it is known", "Белгілі болған учаскелер бойынша", "По участкам, где это известно", "لمراكز الاقتراع التي يُعلم فيها ذلك", "Pour les bureaux de vote où l'information est connue";
    estimate_known_how: "Each station that was drawn and where it is known speaks for as many as each drawn in its stratum does: the share among the stations of which it would be known. A stratum in which little is known weighs little.", "Іріктелген және жауабы белгілі әр учаске өз қабатында іріктелген әр учаске қанша учаскені білдірсе, сонша учаскені білдіреді: бұл — жауабы белгілі болатын учаскелер арасындағы үлес. Жауабы аз қабаттың салмағы да аз.", "Каждый отобранный участок, где это известно, представляет столько же участков, сколько любой отобранный в его слое: это доля среди участков, где это было бы известно. Слой, где известно мало, весит мало.", "يمثّل كل مركز مسحوب يُعلم فيه ذلك عددا من المراكز يساوي ما يمثّله أي مركز مسحوب في طبقته: فهذه هي الحصة بين المراكز التي كان ذلك سيُعلم فيها. والطبقة التي يُعلم فيها القليل وزنها قليل.", "Chaque bureau tiré au sort où l'information est connue représente autant de bureaux que tout bureau tiré dans sa strate : c'est la part parmi les bureaux où elle serait connue. Une strate où l'on sait peu pèse peu.";
    estimate_stratum: "Of all stations, the unknown taken to be like the others of their stratum", "Барлық учаскелер бойынша, белгісіздері өз қабатындағы басқалармен бірдей деп алынғанда", "По всем участкам, если неизвестные таковы же, как остальные в их слое", "لجميع مراكز الاقتراع، مع عدّ المجهول منها مماثلا لسائر مراكز طبقته", "Pour tous les bureaux de vote, les inconnus étant supposés semblables aux autres de leur strate";
    estimate_stratum_how: "Those where it is known speak for all stations of their stratum: the share of each stratum weighs as much as the stratum has stations. The fewer answered, the less that can be trusted.", "Жауабы белгілі учаскелер өз қабатының барлық учаскелерін білдіреді: әр қабаттың үлесі ондағы учаскелер санына сай салмақ алады. Жауап неғұрлым аз болса, сенім соғұрлым аз.", "Участки, где это известно, представляют все участки своего слоя: доля каждого слоя весит столько, сколько в нём участков. Чем меньше ответов, тем меньше этому можно верить.", "تمثّل المراكز التي يُعلم فيها ذلك جميع مراكز طبقتها: فحصة كل طبقة تزن بقدر ما فيها من مراكز. وكلما قلّت الإجابات قلّت الثقة بالتقدير.", "Les bureaux où l'information est connue représentent tous ceux de leur strate : la part de chaque strate pèse autant que la strate compte de bureaux. Moins il y a de réponses, moins l'estimation est fiable.";
    estimate_lacks: "none: in a stratum it is known nowhere", "жоқ: бір қабатта ешқайда белгілі емес", "нет: в одном из слоёв это нигде не известно", "لا يوجد: في إحدى الطبقات لا يُعلم ذلك في أي مركز", "aucune : dans une strate, l'information n'est connue nulle part";
    estimates_differ: "the sample's two estimates are a point of a hundred or more apart, or one cannot be made", "іріктеме бойынша екі баға бір пайыздық тармаққа не одан көп айырылады, не біреуін есептеу мүмкін емес", "две оценки по выборке расходятся на процентный пункт или больше, либо одну нельзя вычислить", "يفترق تقديرا العينة بنقطة مئوية أو أكثر، أو يتعذّر أحدهما", "les deux estimations de l'échantillon diffèrent d'un point de pourcentage ou plus, ou l'une est impossible";
    no_sample: "No interval is shown: places were chosen by observers, not drawn by chance, so that the figures speak of what was observed alone.", "Аралық көрсетілмейді: орындар кездейсоқ іріктелмеген, сондықтан сандар тек байқалғанды сипаттайды.", "Интервал не показан: места выбраны не случайно, поэтому числа говорят только о том, что наблюдалось.", "لا تُعرض فترة ثقة: اختار المراقبون الأماكن ولم تُسحب عشوائيا، فالأرقام لا تعبّر إلا عمّا تمت مراقبته.", "Aucun intervalle n'est affiché : les lieux ont été choisis par les observateurs, non tirés au sort ; les chiffres ne valent que pour ce qui a été observé.";
    show: "Show", "Көрсету", "Показать", "عرض", "Afficher";
    all: "all", "бәрі", "все", "الكل", "tout";
    effective: "with corrections and amendments", "түзетулермен", "с исправлениями", "مع التصحيحات والتعديلات", "avec corrections et rectificatifs";
    raw: "as first reported", "алғашқы қалпында", "как сообщено впервые", "كما وردت أول مرة", "telles que transmises à l'origine";
    answers: "Answers", "Жауаптар", "Ответы", "الإجابات", "Réponses";
    search: "Words", "Сөздер", "Слова", "كلمات البحث", "Mots";
    status: "Status", "Күйі", "Состояние", "الحالة", "Statut";
    team: "Team", "Топ", "Группа", "الفريق", "Équipe";
    visit: "Visit", "Бару", "Посещение", "الزيارة", "Visite";
    place: "Place", "Орын", "Место", "المكان", "Lieu";
    signed: "Signed", "Қол қойылды", "Подписан", "تم التوقيع", "Signé";
    none: "No report is like this.", "Мұндай есеп жоқ.", "Таких отчётов нет.", "لا يوجد تقرير مطابق.", "Aucun rapport ne correspond.";
    waiting: "Signed here, waiting for the server", "Осында қол қойылған, серверді күтуде", "Подписано здесь, ждёт сервера", "وُقّع هنا وينتظر الخادم", "Signé ici, en attente du serveur";
    pages: "Pages", "Беттер", "Страницы", "الصفحات", "Pages";
    tables: "Everything, for R and SPSS (ZIP)", "Бәрі, R және SPSS үшін (ZIP)", "Всё, для R и SPSS (ZIP)", "كل شيء، لبرنامجي R وSPSS ‏(ZIP)", "Tout, pour R et SPSS (ZIP)";
    ask_what: "A query names the questions that are meant: tick them beside the answers, then sign again.", "Сұрау қай сұрақтар туралы екенін айтады: оларды жауаптардың жанында белгілеп, қайта қол қойыңыз.", "Запрос называет вопросы, о которых речь: отметьте их рядом с ответами и подпишите ещё раз.", "يحدّد الاستفسار الأسئلة المقصودة: علّموا عليها بجانب الإجابات ثم وقّعوا من جديد.", "Une demande nomme les questions visées : cochez-les à côté des réponses, puis signez à nouveau.";
    proof: "Proof", "Дәлел", "Доказательства", "الإثبات", "Preuve";
    hash: "Envelope (SHA-256)", "Конверт (SHA-256)", "Конверт (SHA-256)", "المظروف (SHA-256)", "Enveloppe (SHA-256)";
    phone: "Phone", "Телефон", "Телефон", "الهاتف", "Téléphone";
    chain: "Number in its chain", "Тізбектегі нөмірі", "Номер в цепочке", "الرقم في السلسلة", "Numéro dans sa chaîne";
    log: "Place in the log", "Журналдағы орны", "Место в журнале", "الموضع في السجل", "Position dans le journal";
    supersedes: "It supersedes", "Ол алмастырады:", "Заменяет", "يحلّ محلّ", "Remplace";
    superseded_by: "It is superseded by", "Оны алмастырған:", "Заменён отчётом", "حلّ محلّه", "Remplacé par";
    why: "Why", "Неліктен", "Почему", "لماذا", "Pourquoi";
    changed: "What it changes", "Нені өзгертеді", "Что он меняет", "ما الذي يغيّره", "Ce qu'il modifie";
    before: "Before", "Бұрын", "Было", "قبل", "Avant";
    after: "After", "Кейін", "Стало", "بعد", "Après";
    incomplete: "Signed although something is missing", "Толық болмаса да қол қойылған", "Подписан, хотя чего-то не хватает", "موقَّع رغم نقص فيه", "Signé bien qu'incomplet";
    note: "Note", "Ескертпе", "Заметка", "ملاحظة", "Note";
    decided: "What desks decided", "Үйлестірушілердің шешімі", "Решения координаторов", "قرار مكتب التنسيق", "Décision d'un poste de coordination";
    decide: "Decide", "Шешім қабылдау", "Решить", "اتخاذ قرار", "Décider";
    ask_how: "To ask, mark the questions above; the reason is what the observer reads.", "Сұрау үшін жоғарыдағы сұрақтарды белгілеңіз; себебін байқаушы оқиды.", "Чтобы спросить, отметьте вопросы выше; причину прочтёт наблюдатель.", "لطلب توضيح، حدّد الأسئلة أعلاه؛ والسبب هو ما سيقرؤه المراقب.", "Pour interroger l'observateur, cochez les questions ci-dessus ; le motif est ce qu'il lira.";
    accept: "It counts", "Есепке алынсын", "Учитывать", "يُحتسب", "Prendre en compte";
    exclude: "It counts nowhere", "Есепке алынбасын", "Не учитывать", "لا يُحتسب إطلاقا", "Ne pas prendre en compte";
    ask: "Ask the observer", "Байқаушыдан сұрау", "Спросить наблюдателя", "طلب توضيح من المراقب", "Interroger l'observateur";
    counts_then: "What you sign counts as soon as the server has it; every desk of the mission sees it with your reason.", "Қол қойғаныңыз сервер алған сәтте күшіне енеді; оны себебімен бірге миссияның барлық жұмыс орны көреді.", "Подписанное действует, как только оно на сервере; его с вашей причиной видят все рабочие места миссии.", "ما توقّع عليه يسري فور وصوله إلى الخادم؛ وتراه جميع مكاتب التنسيق في البعثة مع السبب.", "Ce que vous signez prend effet dès que le serveur l'a reçu ; tous les postes de coordination de la mission le voient avec votre motif.";
    sign: "Sign", "Қол қою", "Подписать", "توقيع", "Signer";
    corrections: "Corrections", "Түзетулер", "Исправления", "التصحيحات", "Corrections";
    not_here: "not here yet", "әлі келген жоқ", "ещё не получено", "لم يصل بعد", "pas encore reçue";
    attachments: "Attachments", "Тіркемелер", "Вложения", "المرفقات", "Pièces jointes";
    unreadable: "It cannot be shown", "Көрсету мүмкін емес", "Показать нельзя", "تعذّر عرضه", "Affichage impossible";
    person: "Person", "Адам", "Человек", "الشخص", "Personne";
    standing: "Standing", "Мәртебесі", "Статус", "الوضع", "Situation";
    last_heard: "Last heard", "Соңғы хабар", "Последний сигнал", "آخر اتصال", "Dernier contact";
    missing: "Missing before the last", "Соңғысына дейін жетіспейді", "Не хватает до последнего", "المفقود قبل الأخير", "Manquants avant le dernier";
    forked: "forked", "екіге айырылған", "раздвоена", "متفرّعة", "dédoublée";
    closed: "closed", "жабылған", "закрыта", "مغلقة", "fermée";
    nothing_yet: "nothing yet", "әлі ештеңе", "пока ничего", "لا شيء بعد", "rien pour l'instant";
    failed: "That did not work", "Бұл орындалмады", "Не получилось", "تعذّر تنفيذ ذلك", "L'opération a échoué";
    counts: "Counts", "Санау", "Подсчёт", "مطابقة الأرقام", "Décomptes";
    media: "Media", "БАҚ", "СМИ", "الإعلام", "Médias";
    texts: "Texts", "Мәтіндер", "Тексты", "النصوص", "Textes";
    cleaning: "Cleaning log", "Түзетулер журналы", "Журнал исправлений", "سجل التصحيحات", "Journal des corrections";
    paper: "Paper forms", "Қағаз чек-парақтар", "Бумажные анкеты", "الاستمارات الورقية", "Formulaires papier";
    map: "Map of the regions", "Өңірлер картасы", "Карта регионов", "خريطة المناطق", "Carte des régions";
    nothing_reconciled: "The mission has no table reconcile.csv: nothing is reconciled.", "Миссияда reconcile.csv кестесі жоқ: ештеңе салыстырылмайды.", "У миссии нет таблицы reconcile.csv: ничего не сверяется.", "ليس للبعثة جدول reconcile.csv: لا تُجرى أي مطابقة.", "La mission n'a pas de table reconcile.csv : aucun rapprochement n'est fait.";
    adds_up: "Do the numbers add up?", "Сандар сәйкес келе ме?", "Сходятся ли числа?", "هل الأرقام متطابقة؟", "Les chiffres concordent-ils ?";
    adds_up_how: "A form in which a number is missing is not among those that were checked.", "Қандай да бір саны жоқ чек-парақ тексерілгендердің қатарына кірмейді.", "Анкета, в которой не хватает числа, не входит в число проверенных.", "الاستمارة التي ينقصها رقم لا تدخل في عداد الاستمارات المدقَّقة.", "Un formulaire auquel il manque un chiffre n'est pas compté parmi ceux qui ont été vérifiés.";
    check: "What does not add up", "Не сәйкес келмейді", "Что не сходится", "ما لا يتطابق", "Ce qui ne concorde pas";
    fails: "Does not add up", "Сәйкес емес", "Не сходится", "غير متطابقة", "Discordants";
    widest: "Widest gap", "Ең үлкен айырма", "Наибольшее расхождение", "أكبر فارق", "Plus grand écart";
    rate_how: "Observed at the stations where both numbers are known, which were not drawn by chance; beside it what was published.", "Екі сан да белгілі учаскелерде бақыланғаны (олар кездейсоқ іріктелмеген); қасында жарияланғаны тұр.", "По участкам, где известны оба числа (они выбраны не случайно); рядом опубликованное.", "المرصود في مراكز الاقتراع التي يُعلم فيها الرقمان، وهي لم تُسحب عشوائيا؛ وإلى جانبه المنشور.", "Observé dans les bureaux de vote où les deux chiffres sont connus, non tirés au sort ; à côté, ce qui a été publié.";
    observed: "Observed", "Бақыланған", "Наблюдалось", "المرصود", "Observé";
    official: "Official", "Ресми", "Официально", "الرسمي", "Officiel";
    difference: "Difference", "Айырма", "Разница", "الفرق", "Écart";
    stations: "Places", "Орындар", "Мест", "الأماكن", "Lieux";
    by_whom: "Published by", "Жариялаған", "Кем опубликовано", "جهة النشر", "Publié par";
    against_tabulated: "against what was tabulated", "жиынтық деректермен салыстыру", "в сравнении со сводными данными", "مقارنةً بالأرقام المجمَّعة", "comparaison avec les chiffres centralisés";
    no_media: "The mission's desk.csv names no outlet: there is no media monitoring.", "Миссияның desk.csv кестесінде БАҚ көрсетілмеген: БАҚ мониторингі жоқ.", "В desk.csv миссии не указано ни одного СМИ: мониторинга СМИ нет.", "لا يحدّد ملف desk.csv للبعثة أي وسيلة إعلامية: لا يوجد رصد إعلامي.", "Le fichier desk.csv de la mission ne nomme aucun média : il n'y a pas de suivi des médias.";
    items: "items", "материал", "материалов", "من المواد", "élément(s)";
    count_items: "{n, plural, one {# item} other {# items}}", "{n} материал", "{n, plural, one {# материал} few {# материала} many {# материалов} other {# материала}}", "{n, plural, zero {لا مواد} one {مادة واحدة} two {مادتان} few {# مواد} many {# مادة} other {# مادة}}", "{n, plural, one {# élément} other {# éléments}}";
    outlet: "Outlet", "БАҚ", "СМИ", "الوسيلة الإعلامية", "Média";
    actor: "Actor", "Қатысушы", "Участник", "الجهة الفاعلة", "Acteur";
    airtime: "Airtime", "Эфир уақыты", "Эфирное время", "وقت البث", "Temps d'antenne";
    space: "Space (cm²)", "Көлем (см²)", "Площадь (см²)", "المساحة (سم²)", "Surface (cm²)";
    share: "Share", "Үлесі", "Доля", "الحصة", "Part";
    by_actor: "By actor", "Қатысушылар бойынша", "По участникам", "حسب الجهة الفاعلة", "Par acteur";
    by_outlet: "By outlet", "БАҚ бойынша", "По СМИ", "حسب الوسيلة الإعلامية", "Par média";
    airtime_by_outlet: "Airtime of each outlet", "Әр БАҚ-тың эфир уақыты", "Эфирное время каждого СМИ", "وقت البث في كل وسيلة إعلامية", "Temps d'antenne de chaque média";
    text_code: "Code", "Код", "Код", "الرمز", "Code";
    codes: "Codes", "Кодтар", "Коды", "الرموز", "Codes";
    uncoded: "without a code", "кодсыз", "без кода", "دون رمز", "sans code";
    internal: "internal", "ішкі", "для внутреннего пользования", "داخلي", "interne";
    internal_how: "Its words stay at the desk: nobody quotes them, and no table has them unless it is asked for with them.", "Сөздері үйлестірушілерде қалады: дәйексөз келтірілмейді және арнайы сұралмаса, ешбір кестеге енбейді.", "Слова остаются у координаторов: их не цитируют, и в таблицах их нет, если не запросить особо.", "تبقى أقواله لدى مكتب التنسيق: لا تُقتبس ولا ترد في أي جدول إلا إذا طُلبت صراحة.", "Ses propos restent au poste de coordination : on ne les cite pas, et aucun tableau ne les contient sauf demande expresse.";
    internal_left_out: "without what is internal", "ішкі есептерсіз", "без внутренних", "دون ما هو داخلي", "sans ce qui est interne";
    internal_too: "with it", "ішкілерімен бірге", "с внутренними", "معه", "avec";
    quotable: "quotable", "дәйексөз келтіруге болады", "можно цитировать", "قابل للاقتباس", "citable";
    quotable_how: "May be quoted: it names nobody, and nobody can be known by it", "Дәйексөз келтіруге болады: ешкім аталмайды, одан ешкімді тануға болмайды", "Можно цитировать: никто не назван, и никого нельзя узнать", "يجوز اقتباسه: لا يسمّي أحدا، ولا يمكن التعرّف منه على أحد", "Peut être cité : ne nomme personne et ne permet de reconnaître personne";
    translation: "Translation", "Аударма", "Перевод", "الترجمة", "Traduction";
    code_it: "Code and translate", "Кодтау және аудару", "Кодировать и перевести", "الترميز والترجمة", "Coder et traduire";
    corrections_all: "{n, plural, one {# correction was signed} other {# corrections were signed}}", "{n} түзетуге қол қойылды", "{n, plural, one {# исправление подписано} few {# исправления подписаны} many {# исправлений подписано} other {# исправления подписано}}", "{n, plural, zero {لا تصحيحات موقَّعة} one {تصحيح موقَّع واحد} two {تصحيحان موقَّعان} few {# تصحيحات موقَّعة} many {# تصحيحا موقَّعا} other {# تصحيح موقَّع}}", "{n, plural, one {# correction signée} other {# corrections signées}}";
    disputed: "Desks contradict each other", "Үйлестірушілердің шешімдері бір-біріне қайшы", "Решения координаторов противоречат друг другу", "تعارض بين مكاتب التنسيق", "Les postes de coordination se contredisent";
    disputed_how: "The last in the log holds until somebody signs again; all sides are shown.", "Біреу қайта қол қойғанша журналдағы соңғысы күшінде; барлық тарап көрсетілген.", "Действует последнее в журнале, пока кто-то не подпишет заново; показаны все стороны.", "يسري آخر ما في السجل إلى أن يوقّع أحد من جديد؛ وتُعرض جميع المواقف.", "La dernière décision du journal prévaut jusqu'à une nouvelle signature ; toutes les positions sont affichées.";
    desk: "Desk", "Жұмыс орны", "Рабочее место", "مكتب التنسيق", "Poste de coordination";
    under_way: "Under way", "Толтырылуда", "В работе", "قيد التعبئة", "En cours";
    paper_how: "What is typed is kept at once. Signed, it is a report of this desk; its team is the one that the visit's code names.", "Терілген жауап бірден сақталады. Қол қойылған соң ол осы жұмыс орнының есебі болады; тобы — бару кодында аталған топ.", "Введённое сохраняется сразу. После подписи это отчёт этого рабочего места; группа — та, что названа в коде посещения.", "ما يُكتب يُحفظ فورا. وبعد توقيعه يصبح تقريرا لمكتب التنسيق هذا؛ وفريقه هو المذكور في رمز الزيارة.", "Ce qui est saisi est conservé aussitôt. Une fois signé, c'est un rapport de ce poste de coordination ; son équipe est celle que désigne le code de la visite.";
    place_code: "Place (code, or words that name one alone)", "Орын (коды немесе жалғыз орынды атайтын сөздер)", "Место (код или слова, называющие только одно)", "المكان (رمزه، أو كلمات تدل عليه وحده)", "Lieu (code, ou mots qui ne désignent que lui)";
    arrived: "Arrived", "Келген уақыты", "Прибытие", "الوصول", "Arrivée";
    departed: "Left", "Кеткен уақыты", "Отъезд", "المغادرة", "Départ";
    begin: "Begin", "Бастау", "Начать", "بدء", "Commencer";
    keys_how: "A digit answers and goes on; Tab goes on without an answer.", "Цифр жауап беріп, келесіге өтеді; Tab жауапсыз өтеді.", "Цифра отвечает и переходит дальше; Tab — дальше без ответа.", "مفتاح الرقم يجيب وينتقل إلى التالي؛ ومفتاح Tab ينتقل دون إجابة.", "Un chiffre répond et passe à la suite ; Tab passe sans répondre.";
    incomplete_why: "Why something is missing, if it is", "Бірдеңе жетіспесе, себебі", "Почему чего-то не хватает, если так", "سبب النقص، إن وُجد", "Pourquoi il manque quelque chose, le cas échéant";
    throw_away: "Throw away", "Тастау", "Выбросить", "حذف", "Supprimer";
    one_more: "one more", "тағы біреу", "ещё", "إضافة", "ajouter";
    keep: "Keep", "Сақтау", "Сохранить", "حفظ", "Enregistrer";
    acknowledged: "Yes", "Иә", "Да", "نعم", "Oui";
    decided_accept: "counts", "есепке алынады", "учитывать", "محتسَب", "pris en compte";
    decided_exclude: "counts nowhere", "есепке алынбайды", "не учитывать", "غير محتسَب", "non pris en compte";
    decided_ask: "asked", "сұралды", "запрошено", "طُلب توضيح", "précisions demandées";
    odd: "Odd", "Күмәнді", "Странное", "غير معتاد", "Anomalies";
    flag_speed: "filled in faster than it can be read", "оқуға үлгермейтіндей тез толтырылған", "заполнено быстрее, чем можно прочесть", "مُلئ أسرع مما يمكن قراءته", "rempli plus vite qu'on ne peut le lire";
    flag_travel: "too far from the report before", "алдыңғы есептен тым алыс", "слишком далеко от предыдущего отчёта", "بعيد جدا عن التقرير السابق", "trop loin du rapport précédent";
    flag_position: "position does not fit the place", "орналасуы орынға сай емес", "положение не соответствует месту", "الموقع لا يطابق المكان", "la position ne correspond pas au lieu";
    flag_clock: "the phone's clock is wrong", "телефон сағаты қате", "часы телефона неверны", "ساعة الهاتف غير صحيحة", "l'horloge du téléphone est fausse";
    flag_double: "two teams at once", "бір мезгілде екі топ", "две группы одновременно", "فريقان في آن واحد", "deux équipes en même temps";
    flag_arithmetic: "numbers do not add up", "сандар сәйкес емес", "числа не сходятся", "الأرقام غير متطابقة", "les chiffres ne concordent pas";
    flag_disputed: "desks disagree", "үйлестірушілер келіспейді", "координаторы не согласны между собой", "اختلاف بين مكاتب التنسيق", "désaccord entre postes de coordination";
    doubts: "to be looked at before it is published", "жарияламас бұрын қарау керек", "посмотреть до публикации", "للمراجعة قبل النشر", "à vérifier avant publication";
    much_unknown: "much is not known beside the base", "негізге қарағанда белгісізі көп", "много неизвестного по сравнению с основой", "غير المعلوم كثير مقارنة بالأساس", "beaucoup d'inconnues par rapport à la base";
    raw_differs: "another number before corrections and amendments", "түзетулер мен өзгертулерге дейін басқа сан", "до исправлений и уточнений другое число", "عدد آخر قبل التصحيحات والتعديلات", "un autre nombre avant corrections et rectificatifs";
    being_asked: "reports behind it that observers are being asked about", "байқаушылардан сұралып жатқан есептер", "отчёты, о которых спрашивают наблюдателей", "تقارير مستند إليها طُلب توضيحها من المراقبين", "rapports à l'appui sur lesquels on interroge les observateurs";
    expected: "Expected", "Күтілген", "Ожидалось", "المتوقَّع", "Attendus";
    due_by_now: "Due by now", "Осы уақытқа тиісті", "Должно быть к этому часу", "المستحق حتى الآن", "Attendus à cette heure";
    lacking: "Lacking", "Жетіспейді", "Не хватает", "الناقص", "Manquants";
    coming_in: "Received so far", "Осы уақытқа дейін алынғаны", "Получено к каждому часу", "المستلَم حتى الآن", "Reçus jusqu'ici";
    by_team: "By team", "Топтар бойынша", "По группам", "حسب الفريق", "Par équipe";
    never_heard_teams: "teams were never heard from", "топтан әлі хабар болған жоқ", "групп ещё не выходили на связь", "من الفرق لم يرد منها أي اتصال بعد", "équipes sans aucune nouvelle à ce jour";
    unreadable_all: "Cannot be verified or read", "Тексеру не оқу мүмкін емес", "Не проверяются или не читаются", "لا يمكن التحقق منها أو قراءتها", "Invérifiables ou illisibles";
    regions_by_hour: "Each region by hour", "Әр өңір сағат бойынша", "Каждый регион по часам", "كل منطقة حسب الساعة", "Chaque région par heure";
    stations_of: "Kind of place", "Орын түрі", "Вид места", "نوع المكان", "Type de lieu";
    answer_log: "When each answer was given", "Әр жауаптың берілген уақыты", "Когда дан каждый ответ", "وقت كل إجابة", "Heure de chaque réponse";
    signed_at: "At", "Уақыты", "Время", "الوقت", "Heure";
    seconds: "Seconds since the one before", "Алдыңғысынан кейінгі секунд", "Секунд после предыдущего", "الثواني منذ السابقة", "Secondes depuis la précédente";
    follow_ups: "To be looked at again", "Қайта қаралатындар", "Посмотреть снова", "للمتابعة", "À revoir";
    severity: "Severity", "Ауырлығы", "Серьёзность", "الخطورة", "Gravité";
    evidence: "How it is known", "Қайдан белгілі", "Откуда известно", "مصدر المعلومة", "Source de l'information";
    before_counts: "It supersedes another report: if this one counts nowhere, that one counts again.", "Ол басқа есепті алмастырады: бұл есепке алынбаса, сол есеп қайта есепке алынады.", "Он заменяет другой отчёт: если этот не учитывать, снова учитывается тот.", "يحل محل تقرير آخر: إذا لم يُحتسب هذا عاد ذاك إلى الاحتساب.", "Il remplace un autre rapport : si celui-ci n'est pas pris en compte, l'autre l'est de nouveau.";
    verify: "Verify it now, from its bytes", "Қазір байттарынан тексеру", "Проверить сейчас, по байтам", "التحقق منه الآن من بايتاته", "Le vérifier maintenant, à partir de ses octets";
    proven: "Signature, certificate, chain and log verify.", "Қолтаңба, куәлік, тізбек және журнал расталды.", "Подпись, сертификат, цепочка и журнал проверены.", "تم التحقق من التوقيع والشهادة والسلسلة والسجل.", "Signature, certificat, chaîne et journal sont vérifiés.";
    certificate: "Certificate: invite key, enrolled at", "Куәлік: шақыру кілті, тіркелген орны", "Сертификат: ключ приглашения, запись", "الشهادة: مفتاح الدعوة، التسجيل في", "Certificat : clé d'invitation, inscrit à";
    previous: "The envelope before it", "Алдындағы конверт", "Предыдущий конверт", "المظروف السابق", "L'enveloppe précédente";
    tree: "Signed head of the log: size, root, time", "Журналдың қол қойылған басы: өлшемі, түбірі, уақыты", "Подписанная голова журнала: размер, корень, время", "رأس السجل الموقَّع: الحجم والجذر والوقت", "Tête signée du journal : taille, racine, date";
    back: "Back", "Артқа", "Назад", "رجوع", "Retour";
}

/// The languages: code and own name.
pub(crate) const LANGUAGES: [(&str, &str); 5] =
    [("en", "English"), ("kk", "Қазақша"), ("ru", "Русский"), ("ar", "العربية"), ("fr", "Français")];

/// The words of a language; English for any other.
pub(crate) fn words(code: &str) -> &'static Words {
    match code {
        "kk" => &KK,
        "ru" => &RU,
        "ar" => &AR,
        "fr" => &FR,
        _ => &EN,
    }
}

/// What words with a number may ask for.
const NUMBER: MessageNames = MessageNames { numbers: &["n"], texts: &[], shares: &[] };

/// Words with a number in its plural form.
pub(crate) fn many(words: &str, code: &str, n: usize) -> String {
    let said = Message::parse(words, NUMBER).ok().and_then(|message| message.say(code, &|_| MessageValue::Number(n)));
    said.unwrap_or_else(|| format!("{n} {words}"))
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, Message, NUMBER, many, words};

    #[test]
    fn counted_words_have_their_plural_forms_in_every_language() {
        for (code, _) in LANGUAGES {
            let w = words(code);
            for message in [w.count_items, w.corrections_all, w.unattended, w.older_versions] {
                assert!(Message::parse(message, NUMBER).is_ok(), "{code}: {message}");
            }
        }
        let items = |code, n| many(words(code).count_items, code, n);
        assert_eq!([items("en", 1), items("en", 2)], ["1 item", "2 items"]);
        assert_eq!(
            [items("ru", 21), items("ru", 22), items("ru", 25)],
            ["21 материал", "22 материала", "25 материалов"]
        );
        assert_eq!([items("ar", 2), items("ar", 5), items("fr", 0)], ["مادتان", "5 مواد", "0 élément"]);
    }
}
