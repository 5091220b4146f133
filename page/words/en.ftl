### The words of the coordinators' page, in English: what translators translate.

# The heading of the choice of a language. It stands beside the same word in every other language.
language = Language
overview = Overview
findings = Findings
statement = Statement
# A link that downloads what is shown.
table = As a table (CSV)
timeline = Chronology
# Before the names of teams that missed a call-in. $due is when it was due.
silent_teams = Teams not heard from, due { $due }
urgent = Urgent
# A call for help that an observer sent with one tap.
sos = SOS
# A link: to take charge of an urgent matter.
attend = See to it
# Heading of a column: the coordinator who took charge.
attended = Who sees to it
who_attends = Who sees to it, and how
# $n urgent cases for which no coordinator has taken charge.
unattended =
    { $n ->
        [one] { $n } nobody has signed for
       *[other] { $n } nobody has signed for
    }
all_attended = Somebody sees to everything urgent.
correct = Correct an answer
correct_how = Choose the question. What the correction changes, and which figures move, is shown before anything is signed. The observer's own answer is kept beside the correction.
empty_takes_away = Leave it empty to remove the answer.
# A button: to the next step.
go_on = Continue
not_signed_yet = Nothing is signed yet. This is what the correction would do:
unlikely = The checklist calls this unlikely
confirm_unlikely = I checked again: it is correct
asked_then = The checklist then asks this, and it has not been answered
figures_move = Figures that change
no_figure_moves = No figure changes.
would_be_open = This report would no longer be internal: its words may be quoted and exported.
would_be_internal = This report would be internal: its words are neither quoted nor exported. Quotes that go: { $n }
# Beside a figure: reports whose version of the checklist lacks a choice that the figure names.
older_versions =
    { $n ->
        [one] { $n } report is of a version without a choice that is named here; there it counts as not chosen
       *[other] { $n } reports are of versions without a choice that is named here; there it counts as not chosen
    }
# Said of something odd about a report.
flag_lost = is flagged now, and would not be after the correction
# Said of something odd about a report.
flag_gained = would be flagged after the correction
# Heading: what was odd about a report before a correction.
was_odd = Was flagged
# Said of something odd that a correction took away.
settled = as sent; no longer since the correction
question = Question
source = Source (a call, the paper form)
# Said of an answer that its question does not allow.
impossible = This cannot be
not_offered = This choice is no longer offered
to_be_answered = It must be answered
computed_unfit = What was computed does not fit this question, so it is blank
too_many_rows = Too many rows: there can be at most 5,000
unfit = does not fit
workbook = With a codebook (XLSX)
# Before a moment: only what had arrived by then.
as_of = As received by
# Before the hash over everything that decides a number: the set of data.
set = set
document = As a document
reports = Reports
phones = Phones
skip = Skip to content
# $moment is when the server answered last.
heard = Last response from the server: { $moment }
never_heard = The server has not responded yet
# Before the reason why the desk could not fetch anything.
silent = The last pull failed; what was pulled before is shown:
# Heading over a number of reports, or a time.
received = Received
# Heading over a number of reports that count.
counted = Counted
not_counted = Not counted
phones_heard = Phones heard from
# Between a part and its whole: 3 of 12.
of = of
by_checklist = By checklist
by_region = By region
by_hour = By hour of arrival
why_not = Why reports are not counted
all_counted = Every report that was received counts.
# The is_… words are states of one report.
is_counted = counted
is_superseded = superseded
is_duplicate = a duplicate
# Two phones went on with one chain of reports.
is_forked = from a phone with a forked chain
is_excluded = excluded by a desk
is_test = an exercise
is_not_observed = the team could not observe
is_proposal = a proposal, to be accepted
is_competing = an earlier amendment counts
is_amendment = an amendment
is_misfit = does not match its checklist
is_unverifiable = cannot be verified
is_unconfirmed = its phone is not confirmed
is_contested = its phone is contested
is_revoked = its phone was revoked
is_expired = its invite had expired
checklist = Checklist
region = Region
# Reports that name no place.
elsewhere = Without a place
reason = Reason
hour = Hour
figure = Figure
published = Published
not_published = not published yet
# In place of a number: a figure that no report says anything about.
no_reports = no reports
struck = struck out: its number does not support the sentence
computed = Computed
# Heading over the number that a share is taken of.
base = Out of
how_many = How many
dk = Do not know
na = Does not apply
# The observer was not permitted to see what the question asks about.
np = Not permitted to see it
blank = Not answered
# The figure is not the published one.
differs = differs
several = Several answers are possible: parts may add up to more than the whole.
# A link to the reports that a figure is computed from.
behind = The reports behind it
choices = By answer
estimate = For all stations, from the sample
estimate_share = Estimate
# The confidence interval.
interval = 95 % interval
no_interval = none: too few were drawn, those known agree in each stratum, or the share is 0 or 100 %
standard_error = Standard error
# Polling stations that were drawn at random for the sample.
drawn = Stations drawn
known_at = Known at
estimate_known = Among stations where the answer is known
estimate_known_how = Each drawn station with a known answer stands for as many stations as each one drawn in its stratum: this estimates the share among stations whose answer would be known. A stratum with few known answers has little weight.
estimate_stratum = Among all stations, assuming that the unknown ones resemble the others of their stratum
estimate_stratum_how = Stations with a known answer stand for all stations of their stratum, so each stratum is weighted by its number of stations. The fewer answered, the less reliable the estimate.
estimate_lacks = none: one stratum has no known answer
estimates_differ = the sample's two estimates differ by at least one percentage point, or one of them cannot be computed
no_sample = No interval is shown: places were chosen by observers, not drawn at random, so the figures describe only what was observed.
show = Show
all = all
effective = with corrections and amendments
raw = as first reported
answers = Answers
# Label of the field for words to search for.
search = Words
status = Status
team = Team
visit = Visit
place = Place
signed = Signed
# Where a search found no report.
none = No report matches.
waiting = Signed here, waiting for the server
# Before a number of records that this desk signed.
undone_unsent = The server refuses what was signed here
undone_overdue = The bundle was not renewed
undone_unwitnessed = The log is not witnessed
# Before a number of phones: two desks disagree which of its reports still count.
undone_disputes = Phones that two desks revoked at different places
# Before a number of objects of the log.
undone_damaged = Damaged at the server
# Above the reason why phones do not hear what this desk read.
undone_untold = Phones are not told what was read
undone_cut_short = The server was lost at the end
# Before a number of entries of the log that the server gives otherwise now.
undone_changed = Otherwise at the server than when it was pulled
# Before a number of reports: what their phones say of the log does not go with the log here.
undone_suspected = Suspicions, by the word of single phones
# Before a number of phones.
undone_beyond = Phones that sent more reports than are looked at
# Before a number of files.
undone_failed = Attachments that could not be fetched
# Before a number of files that phones have not sent yet, or that the server lost.
undone_lacking = Attachments that the server does not have
pages = Pages
tables = Everything, for R and SPSS (ZIP)
ask_what = A query must name its questions: tick them beside the answers, then sign again.
proof = Proof
hash = Envelope (SHA-256)
phone = Phone
# Every phone numbers its reports in a chain.
chain = Number in its chain
# The position of a report in the server's log.
log = Place in the log
supersedes = Supersedes
superseded_by = Superseded by
why = Why
changed = What it changes
before = Before
after = After
# Heading before the observer's reason.
incomplete = Signed with answers missing
note = Note
decided = Decisions of the desks
decide = Decide
ask_how = To query, tick the questions above; the observer reads the reason.
accept = It counts
exclude = It counts nowhere
ask = Ask the observer
counts_then = Your decision takes effect as soon as the server has it; every desk of the mission sees it with your reason.
sign = Sign
corrections = Corrections
not_here = not here yet
attachments = Attachments
unreadable = It cannot be shown
person = Person
standing = Standing
last_heard = Last heard
missing = Missing before the last
forked = forked
closed = closed
nothing_yet = nothing yet
failed = That did not work
# Name of the page that reconciles protocols.
counts = Counts
media = Media
texts = Texts
cleaning = Cleaning log
paper = Paper forms
map = Map of the regions
nothing_reconciled = The mission has no table reconcile.csv: nothing is reconciled.
adds_up = Do the numbers add up?
adds_up_how = Forms in which a number is missing are not checked.
check = What does not add up
# Heading over a number of forms whose numbers do not add up.
fails = Does not add up
widest = Widest gap
rate_how = As observed at the stations where both numbers are known, which were not drawn at random; beside it, the published number.
observed = Observed
official = Official
difference = Difference
# Heading over a number of places.
stations = Places
by_whom = Published by
against_tabulated = against what was tabulated
no_media = The mission's desk.csv names no outlet: there is no media monitoring.
# Heading over a number of items in the media.
items = items
count_items =
    { $n ->
        [one] { $n } item
       *[other] { $n } items
    }
outlet = Outlet
actor = Actor
airtime = Airtime
space = Space (cm²)
share = Share
by_actor = By actor
by_outlet = By outlet
airtime_by_outlet = Airtime of each outlet
text_code = Code
codes = Codes
uncoded = without a code
internal = internal
internal_how = Its texts stay at the desk: they are never quoted, and tables contain them only on request.
internal_left_out = without internal texts
# Choice beside internal_left_out: the table with what is internal.
internal_too = with it
quotable = quotable
quotable_how = May be quoted: nobody is named or can be identified
translation = Translation
code_it = Code and translate
corrections_all =
    { $n ->
        [one] { $n } correction was signed
       *[other] { $n } corrections were signed
    }
disputed = Desks contradict each other
disputed_how = The latest in the log applies until somebody signs again; all sides are shown.
# A coordinators' workplace.
desk = Desk
under_way = Under way
paper_how = Every answer is saved at once. Once signed, the form is a report from this desk; its team is the one in the visit's code.
place_code = Place (code, or words that match only one)
arrived = Arrived
# Heading before the time at which observers left a place.
departed = Left
begin = Begin
keys_how = A digit answers and moves on; Tab moves on without an answer.
incomplete_why = Why answers are missing, if any are
throw_away = Discard
one_more = one more
keep = Keep
# The answer to a note that has to be confirmed.
acknowledged = Yes
decided_accept = counts
decided_exclude = counts nowhere
# The observer was asked.
decided_ask = asked
odd = Odd
flag_speed = filled in faster than it can be read
flag_travel = too far from the previous report
flag_position = position does not fit the place
flag_clock = the phone's clock is wrong
flag_double = two teams at once
flag_arithmetic = numbers do not add up
flag_disputed = desks disagree
doubts = to be checked before publishing
# On the statement of a mission whose figures several desks must sign ($n of them).
statement_draft = Draft. Desks that must sign these figures before they are published: { $n }
much_unknown = many unknown answers compared with the base
raw_differs = a different number before corrections and amendments
being_asked = reports behind it with open queries
expected = Expected
due_by_now = Due by now
# Heading over a number of reports that were expected and did not come.
lacking = Missing
coming_in = Received so far
by_team = By team
# $n teams out of $all.
never_heard_teams =
    { $n ->
        [one] { $n } of { $all } teams was never heard from
       *[other] { $n } of { $all } teams were never heard from
    }
unreadable_all = Cannot be verified or read
regions_by_hour = Each region by hour
stations_of = Kind of place
answer_log = When each answer was given
# Heading over the time of an answer.
signed_at = At
seconds = Seconds since the previous one
follow_ups = To follow up
severity = Severity
evidence = How it is known
before_counts = It supersedes another report: if this one counts nowhere, that one counts again.
verify = Verify it now, from its bytes
# What a check of a report's proof found.
proven = Signature, certificate, chain and log are valid.
certificate = Certificate: invite key, enrolled at
previous = Previous envelope
tree = Signed head of the log: size, root, time
back = Back
fail_file = File { $path } cannot be used: { $detail }
fail_source = The mission's tables have faults. Correct them: { $faults }
fail_passphrase = The passphrase does not open { $path }. Check it and enter it again.
fail_passphrase_short = The passphrase is too short. Take one of at least { $least } characters.
fail_disk_full = The disk is full. Free some space, but delete no files of this program; then try again. Everything saved earlier is safe.
fail_read_only = The disk is read-only, so nothing can be saved. Copy the desk's folder to another disk to continue.
fail_store_damaged = The database { $path } is damaged. Salvage it with “baqylau desk salvage”, or restore a copy.
fail_store_newer = The database was written by a later version of this program. Update the program.
fail_store = The database could not be read or written. Close this program and open it again. ({ $detail })
fail_server = The server { $server } could not do it. Try again later. ({ $detail })
fail_foreign = What answers at { $server } is not the mission's server: the mission did not sign its certificate. Try another network.
fail_silent = The server { $server } does not answer in time. Try again later.
fail_unreachable = The server { $server } cannot be reached. Check that it runs and that there is a network.
fail_plain = The address { $server } does not begin with https://, so nothing was sent. Correct it in desk.json.
fail_conflict = Another desk published something at { $server } meanwhile. Try again.
fail_stranger = Another web server answers at { $server } ({ $answer }). Compare the address in desk.json with where the mission's server runs.
fail_no_server = desk.json names no server. Add its address under “servers”.
fail_address = { $server } is no address of a server. Write it as https://mission.example:8443.
fail_proxy = “{ $address }” is no address of a proxy. Write it as 127.0.0.1:9050, without a name or a password.
fail_client = Calls to the server cannot be made: a root certificate in desk.json is damaged. Restore desk.json from a copy. ({ $detail })
fail_system = Calls to the server cannot be made now. Close other programs and try again. ({ $detail })
fail_tables = Another desk published other tables; nothing was published. In { $folder } these differ: { $files }. Bring its changes into them and build again.
fail_desk_too_old = The mission's bundle is of version { $found }, and this program reads version { $known }. Update the program. Nothing was pulled; what is here stays in use.
fail_bundle_waits = Bundle { $version } waits in { $path } for signatures of the root: { $signed } of { $needed } are there. Let the others sign that file, then publish it; delete it to give up what it changes.
fail_waiting_old = Bundle { $version } in { $path } does not follow bundle { $known }, which came since. Delete the file and propose the change again.
fail_no_bundle = The mission's bundle was not built yet. Build it with “baqylau mission build”.
fail_missing = The server does not have this yet. Try again later.
fail_refused = The server { $server } refuses it for good. Tell whoever runs the mission. ({ $detail })
fail_log = The server's log does not verify. Keep the desk's folder, which proves it, and do not trust this server. ({ $detail })
fail_blob_large = The server sends an attachment of more than { $limit } bytes, which none can have. Ask whoever runs the server to check its disk.
fail_blob_damaged = What came of an attachment is not what was signed, twice. Pull again; if it stays so, let its phone send everything again.
fail_courier = The courier file is damaged or incomplete. Export it again.
fail_courier_large = The courier file has more in it than allowed. Export fewer reports into each file.
fail_courier_other = The courier file belongs to another mission. Choose one of this mission.
fail_no_report = Report { $report } has not been pulled. Pull first.
fail_no_device = No device { $device } has enrolled. Pull first.
fail_no_desk = The bundle lists no other desk { $device } in use.
fail_no_phones = No phone of these teams has enrolled. Pull first.
fail_no_holder = The register does not know whose device { $device } is. Pull first, or invite the person anew.
fail_no_invite = No invite for { $code } is kept here that is good still. Make a new one.
fail_no_person = The register has nobody with the code { $code }. Compare people.csv.
fail_no_team = The visit's code { $visit } begins with no team of people.csv. A code is written as T047-05.
fail_no_envelope = Device { $device } has no envelope { $seq }. Pull first.
fail_no_checklist = The mission has no checklist { $checklist }. Choose one of its list.
fail_no_question = The checklist has no question { $question }. Choose one of its questions.
fail_no_text = This report has no text under { $question }. Choose another question.
fail_no_code = The code { $code } is not in codebook.csv. Add it there, or take another.
fail_no_place = { $place } is no place of this mission. Search with other words, or take a code of places.csv.
fail_no_paper = This paper form was signed or discarded. Open the list again.
fail_no_table = There is no table { $table }. Open the list again.
fail_no_reason = The reason is missing. Say why.
fail_no_source = The source is missing. Say where the correction comes from.
fail_no_note = The note to the observer is missing. Write what you ask.
fail_no_letter = The text of the letter is missing. Write it.
fail_unchanged = { $question }: the answer is already { $answer }, so there is nothing to correct.
fail_internal = { $question }: the report is internal and is not quoted. If its words may be quoted, first correct what it says of that.
fail_revoked = Device { $device } was revoked. Name another one, or make an invite that replaces it.
fail_known_key = This receipt key signed a log of this mission already. Begin the new one with “baqylau new-log”, which makes a key.
fail_is_desk = Device { $device } is a desk. Whoever holds the root key ends it with “baqylau mission end-desk”.
fail_unlisted = The bundle here does not list this desk, or ended it. What it decides counts nowhere. Pull, and where it stays so ask whoever holds the root key.
fail_reader = This desk is a reader: it pulls, looks, exports and verifies, and signs nothing. Do this at a desk that signs, or ask whoever holds the root key for one.
fail_visit_code = Give the visit's code as the form has it, of at most { $longest } characters, as in T047-05.
fail_several_places = { $words } may be { $places }. Give the code.
fail_time = { $text } is no time. Write it as 2023-03-20T09:00.
fail_decision = { $decision } is no decision. Choose one of the list.
fail_hash = { $text } is no hash of a report. Give its 64 hexadecimal digits.
fail_report_unfit = Report { $report } cannot be read under its checklist. Pull, and exclude it where it stays so. ({ $detail })
fail_paper_damaged = This paper form does not read any more. Discard it and type it anew.
fail_making = { $name } cannot be made. Try again; if it stays so, tell whoever looks after this program. ({ $detail })
# Before what is wrong with an answer: the name of its question.
fail_about = { $question }: { $what }
# Said of a group of questions or of a table of rows.
fail_group = It has no answer of its own. Choose a question within it.
fail_no_repeat = It is in no row. Leave the row out.
fail_row_missing = It stands in a row. Say in which; how many numbers that takes: { $wanted }.
fail_other_rows = It stands in a row. Numbers needed, outermost first: { $wanted }; given: { $given }.
fail_no_row = The report has no row { $row }. Choose one that it has.
fail_row_gone = There is no such question or row. Open the page again.
fail_file_stays = A file cannot be put in the place of the observer's. Ask the observer.
fail_choices = Choices: { $choices }
fail_label = Several choices are labelled { $label }. Give the name of one: { $choices }
fail_hidden = This is not asked here. First change the answer that hides it.
fail_fixed = This is computed or fixed and cannot be changed by hand.
fail_not_offered = This choice is not offered here. Choose another one.
fail_exclusive = { $choice } cannot be combined with other choices. Take one or the other.
fail_no_missing = This question does not offer that. Answer it, or leave it blank.
fail_too_long = The text is longer than { $limit } bytes. Shorten it.
fail_unanswered = It is not answered. Answer it, or say why the form is incomplete.
fail_look_again = Look at it again, and confirm it if it is so.
wrong_choice = Give one choice of the list.
wrong_choices = Give choices of the list, each once, with spaces between them.
wrong_integer = This is no whole number of at most 18 digits. Enter digits only.
wrong_number = This is no number that fits here. Enter it as in 12345 or 12.5: at most 18 digits, at most 9 of them after the point.
wrong_ambiguous = This number can be read in two ways. Enter thousands without a separator and a point before decimals, as in 12345.6.
wrong_step = This number is not on the scale. Choose one between its ends, on one of its steps.
wrong_date = This is no date. Enter year, month and day, as in 2026-11-28.
wrong_time = This is no time. Enter hours and minutes, as in 14:30.
wrong_moment = This is no date with a time. Enter it as in 2026-11-28T14:30.
wrong_skipped = There was no such time: the clocks were put forward over it. Enter the time that the clocks showed.
wrong_twice = There was this time twice: the clocks were put back. Add the offset from UTC, as in +02:00.
wrong_position = This is no position. Enter latitude and longitude in degrees, as in 51.1 71.4.
wrong_file = It takes a file. Ask the observer for it.
wrong_ok = It takes a confirmation only. Enter OK.
wrong_text = It takes a text. Enter words.
wrong_possible = There is no such value: check the day, the time or the position.
wrong_nothing = It takes no answer.
# The misfit_… words say of one report why it does not match its checklist; they stand after a colon.
misfit_checklist = its checklist is in none of this mission's bundles; pull again
misfit_place = its place is none of this mission's
misfit_language = its checklist has no such language
misfit_outcome = what it says became of the visit does not exist
misfit_answers = its answers are not what its checklist computes or shows
misfit_bytes = it is damaged, or of a later version ({ $detail })
fail_shrunk = The server's log went back: it holds { $signed } objects, and { $pulled } were pulled before. Nothing was taken from it. Ask whoever runs the server to put the newest copy of its database back. Until then, do not trust this server.
fail_locked = The server { $server } does not let this desk read its log: the desk was revoked, or the server's clock jumps. Ask another desk of the mission.
fail_unpublished = The server { $server } has no bundle of the mission. Publish one with “baqylau mission build --publish”, or have a copy of its database put back; then pull again.
# The left_… words say what a pull left undone, one by one, below the titles undone_…. $why is a refused_… word, or a fail_… sentence.
left_unsent = Record { $seq } of this desk was not taken: { $why }. It is kept, and the next pull sends it again. If that goes on, ask whoever runs the server, and see whether this desk was revoked.
left_overdue = Bundle { $version } was to be renewed by { $until }, and no newer one came. Ask whoever holds the root key to renew it (“baqylau mission publish”). If they did, the server keeps it back, or the clock of this machine is wrong.
left_witnesses_few = { $found } witnesses cosigned the log and { $needed } must; lacking: { $lacking }. Ask whoever runs the server whether it shows its heads to them, and whoever runs them whether they saw another log. Whoever holds the root key may ask for fewer.
left_witnesses_behind = Witnesses cosigned { $size } of { $here } objects, and nothing that came after { $since }. Ask whoever runs the server and the witnesses ({ $by }) what keeps them apart: behind the last head that they saw, two logs could be shown to two people.
left_witnesses_unproved = Witnesses cosigned { $size } objects, and the server does not prove that these begin with the { $here } here. Pull again. If that goes on, compare logs with another desk (“baqylau verify”): the server may show two.
left_witnesses_other = The server signed a head of { $size } objects for witnesses that the log here does not lead to: it shows two logs. What it signed is kept as evidence (“baqylau desk log” writes it). Tell the other coordinators, and trust no number until it is known who sees which log.
left_disputed = Device { $device }: one desk revoked it after number { $kept }, another after number { $other }. Nothing after { $kept } counts until somebody revokes it once more, after the number that shall hold.
left_damaged = Object { $index } ({ $hash }, number { $seq } of device { $device }) is damaged at the server and is not here; everything else is. Let that phone send everything again (in the app's settings), let a desk that pulled the object before hand everything to the server again (“baqylau desk pull --again”), deliver a courier file that holds it, or have the server's database put back from a copy. The next pull then takes it.
left_damaged_desk = Object { $index } ({ $hash }, number { $seq } of device { $device }) is damaged at the server and is not here; everything else is. That device is a desk: let it, or another desk that pulled the object before, hand everything to the server again (“baqylau desk pull --again”), or have the server's database put back from a copy. The next pull then takes it.
left_untold = What was read here was not taken: { $why }. Observers see their reports as stored, not as read, until a pull tells their phones. If that goes on, ask whoever runs the server.
left_cut_short = { $why } Everything that it had was stored before. Phones may not be told yet what was read here, and old entries were not compared: the next pull does both.
left_rotten = Object { $index } ({ $hash }) was whole at the server when it was pulled, and is damaged there now. It is here: “baqylau desk audit” hands it to the server again.
left_rotten_there_and_here = Object { $index } ({ $hash }) was whole at the server when it was pulled, and is damaged there and here now. Let whoever sent it send everything again (a phone in the app's settings, a desk by “baqylau desk pull --again”).
left_replaced = In the place of object { $index } ({ $hash }) the server now hands out another one, { $there }. What was pulled stays here, with the server's signature. Have whoever runs the server put its database back from a copy, and do not trust it before. If it stays so, begin its log again with this desk's (“baqylau desk log”, “baqylau new-log”).
left_left_out = The server now leaves object { $index } ({ $hash }) out. What was pulled stays here, with the server's signature. Have whoever runs the server put its database back from a copy, and do not trust it before. If it stays so, begin its log again with this desk's (“baqylau desk log”, “baqylau new-log”).
left_other_time = The server now says of object { $index } ({ $hash }) a time of receipt that is { $ms } ms later (with a minus: earlier) than the one it signed. What was pulled stays here, with the server's signature. Have whoever runs the server put its database back from a copy, and do not trust it before. If it stays so, begin its log again with this desk's (“baqylau desk log”, “baqylau new-log”).
left_withheld = Report { $report } (number { $seq } of device { $device }): its phone says that it had seen { $seen } objects of the log before it signed, and { $here } are here. Some may be withheld. Or that phone was altered: its word alone proves nothing. Compare the logs of two desks (“baqylau verify ONE TWO”), and have that phone export what it has for a courier.
left_put_before = Report { $report } (number { $seq } of device { $device }): its phone says that it had seen { $seen } objects of the log before it signed, and it stands at { $place }. It may have been put in earlier. Or that phone was altered: its word alone proves nothing. Compare the logs of two desks (“baqylau verify ONE TWO”), and have that phone export what it has for a courier.
left_other_log = Report { $report } (number { $seq } of device { $device }): its phone says that it had seen other { $seen } objects of the log before it signed than are here. Another log may be shown to it. Or that phone was altered: its word alone proves nothing. Compare the logs of two desks (“baqylau verify ONE TWO”), and have that phone export what it has for a courier.
left_set_back = Report { $report } (number { $seq } of device { $device }): the server says that it came { $ms } ms before what its phone had seen when it signed. Its time may have been set back. Or that phone was altered: its word alone proves nothing. Compare the logs of two desks (“baqylau verify ONE TWO”), and have that phone export what it has for a courier.
left_dated_ahead = Object { $report } (number { $seq } of device { $device }): the server dates it { $ms } ms ahead of this desk's clock. If this clock is right, the server's is wrong, or it lies: an invite may look expired by such a time, and what witnesses did not see may look recent. Have whoever runs the server put its clock right, and look at the devices that are not confirmed.
left_beyond = Device { $device }: { $reports } reports beyond its first { $limit } are kept, not evaluated, and count nowhere. No phone in use sends as many: revoke it behind the last number that is good, and give its observer another phone, which has an allowance of its own.
left_failed = Attachment { $attachment } of report { $report } did not come. { $why }
left_lacking = Attachment { $attachment } of report { $report } is not at the server. If its phone says that everything is safe, the server lost it: let the phone send everything again (in the app's settings), and pull again.
left_lacking_of = Attachment { $attachment } of report { $report } (number { $seq } of device { $device }) is not at the server. If that phone says that everything is safe, the server lost it: let the phone send everything again (in the app's settings), and pull again.
# The refused_… words say why a server takes something not; they stand after a colon or in brackets.
refused_malformed = it is nothing that the server knows; bring the server and this program to the same version
refused_mission = the server says that it belongs to another mission
refused_device = the server does not know the device that signed it
refused_signature = the server says that its signature does not verify
refused_expired = the server says that the invite had expired before the device enrolled
refused_revoked = the server says that the device which signed it was revoked
refused_length = the server says that it is too large, or was cut off
refused_later = the server refuses it for a reason that this program does not know; update the program
refused_quota = the server takes no more from this device now; it is taken later
refused_unnamed = no report names this attachment, or it was cut off or altered
refused_dropped = the server drops what it gets; deliver it again later
refused_short = it is shorter than the report says
# The unverified_… words say why a report could not be verified or opened; they stand after a colon.
unverified_device = its device was not enrolled before it
unverified_letter = it is a letter that no desk wrote
unverified_signature = its signature is invalid: it was altered, or signed with another key
unverified_mission = it belongs to another mission
unverified_number = its number is none that an envelope can have
unverified_length = it was cut off or padded
unverified_sealed = it was sealed to another key or by another device, or altered
unverified_packing = what was sealed in it is damaged
unverified_inflated = what was sealed in it is larger than an envelope of its length may hold
unverified_beyond = its phone sent so many before it that this one was not looked at
unverified_expired = the invite of its device had expired
unverified_malformed = it is nothing that this program knows; it is damaged, or of a later version
unverified_earlier = an earlier version of this program could not verify it; “baqylau desk verify” says why
# The log_… and unproven_… words say why the server's log does not verify; they stand in brackets.
log_root = its first { $signed } objects do not lead to the root it signed
log_suspect = object { $index }: { $why }
log_withheld = it signed { $signed } objects and hands out { $here }
log_vouched = its first { $size } objects are not those that the root vouches for. Whoever runs it begins it again with a desk’s export
log_head = it did not sign its head with a key of this mission
log_bundle = its bundle is not signed by the mission's root
log_part = it hands out another part of the bundle than { $part }
log_proof = its proof of an attachment is not signed with a key of this mission
log_unproven = report { $report }: { $why }
unproven_report = it is not here
unproven_device = its device is not enrolled
unproven_certificate = the certificate of its device does not verify
unproven_bytes = its bytes are others than those that were signed
unproven_previous = the envelope before it in the chain is not here
unproven_head = the server signed no log yet
unproven_log = the log that the server signed does not hold it
# The server_… words say what is wrong with an answer; they stand in brackets.
server_too_long = its answer has more than { $limit } bytes
server_status = it answers { $status }
server_nonsense = its answer does not read, or answers something else
server_receipt = its receipt for object { $object } does not verify
# The file_… and io_… sentences say what is wrong with a file or a folder; they stand after a colon. $why is an io_… sentence.
file_damaged = It does not read ({ $detail }). Correct it, or put it back from a copy.
file_encrypting = It cannot be encrypted. Tell whoever looks after this program.
file_mission_here = There is a mission here already. Take another folder.
file_no_mission = { $why } Make a mission with “baqylau mission new”.
file_no_root = The root key is not in this folder. Do this where it is, then pull here.
file_no_store = The desk's store is not here. Put a copy back, or let “baqylau desk salvage” begin one that the next pull fills.
file_store_empty = An empty file lies where the desk's store belongs. Move it elsewhere and put a copy of the store back, or let “baqylau desk salvage” begin one that the next pull fills.
file_store_folder = Something that is no file lies where the desk's store belongs. Move it elsewhere and put a copy of the store back, or let “baqylau desk salvage” begin one that the next pull fills.
file_lost = Nothing of it can be read. Move it elsewhere and salvage again; the next pull fetches the log anew.
file_attachment = { $why } Delete the file; the next pull fetches it again.
file_not_empty = It is not empty, and nothing says that an export wrote it. Name a folder that is new or empty.
file_exporting = Another export is writing into it. Wait until it has ended, or export into another folder.
file_changed = It was changed since it was exported. Move it elsewhere, or export into another folder.
file_foreign = No export wrote it, and one needs its name. Move it elsewhere, or export into another folder.
file_line = { $line } is no file of an export. Export into another folder.
io_missing = There is no such file or folder.
io_forbidden = This program may not open or write it. Give it the right to do so.
io_full = The disk is full. Free some space and try again.
io_read_only = The disk is read-only. Take another disk.
io_exists = There is something of this name already. Move it elsewhere.
io_folder = It is a folder and not a file. Move it elsewhere.
io_no_folder = A part of its path is no folder. Move that file elsewhere.
io_altered = It was altered or cut off.
io_other = The system refuses it. Try again. ({ $detail })
