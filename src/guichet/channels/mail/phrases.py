"""What automatic mail says of itself, by language. Words prove nothing alone: people write, quote and forward them.

Every caller needs another sign first. One line holds what belongs together; each string is one or several choices.
"""

import re


def _any(*choices: str) -> re.Pattern[str]:
    return re.compile("(?<![a-zà-ÿ])(?:" + "|".join(choices) + ")", re.IGNORECASE | re.MULTILINE)


def _opening(*choices: str, after: str = "") -> re.Pattern[str]:
    return re.compile("[\\s\\[(*<\"'«-]*(?:" + "|".join(choices) + ")" + after, re.IGNORECASE)


ADDRESS = re.compile(
    r"[^\s<>()\[\]:;,\"'`|]{1,128}@[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){1,12}", re.IGNORECASE
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")  # RFC 3463
CODE = re.compile(r"(?<![\d.:/#])([45]\d\d)(?=[ -]|$)", re.MULTILINE)  # RFC 5321
MESSAGE_ID = re.compile(r"<[^<>\s]{1,600}>")

# A subject of somebody who answers or forwards: what follows was said by someone else.
PASSED_ON = re.compile(
    r"\s*(?:\[\s*)?(?:re|aw|antw|sv|vs|odp|rif|r|ref|res|resp|rép|rv|fw|fwd|wg|tr|transf?|i|enc|vb|doorst|ynt|ilt|pd"
    r"|回复|答复|转发|转寄|返信|転送)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]",
    re.IGNORECASE,
)

# A subject of a report that mail was not delivered, waits, or was refused.
UNDELIVERED = _any(
    r"undeliver(?:ed|able)|non-?deliver|not (?:yet )?(?:be(?:en)? )?(?:yet )?(?:delivered|sent)",
    r"(?:could|can|was|did) ?n[o'’]t (?:be(?:en)? )?(?:yet )?(?:deliver|sen[dt])|unable to (?:be )?(?:deliver|send)",
    r"deliver(?:y|ing) (?:to .{1,80} )?(?:has |have )?(?:been )?(?:fail|problem|error|delay|incomplete|unsucc|suspend)",
    r"deliver(?:y|ing) (?:warn|not poss|status|report|notif|system|subsystem)",
    r"fail(?:ed|ures?)?:? (?:of )?(?:mail|deliver|notice|to deliver)",
    r"(?:mail|message|e-?mail|transport|smtp|send|transmission)(?: delivery)? (?:has )?(?:been )?"
    r"(?:fail|error|delay|reject|refus|block|bounc|not )",
    r"(?:mail|messages?|e-?mail) (?:system|server|delivery|processing|transfer) "
    r"(?:error|fail|warn|problem|notif|report|delay|status)",
    r"returned (?:mail|message|e-?mail|to (?:the )?sender)|return(?:ing|ed)? (?:mail|message) to|mail returned",
    r"delayed (?:mail|message|\d+ (?:hour|day|minute))|messages? (?:delayed|rejected|refused|blocked|bounced"
    r"|undelivered)",
    r"bounced?\b|ndn\b|ndr\b|dsn\b|rejected (?:mail|message|posting)|postmaster notify|could not send|nameserver error",
    r"(?:user|recipient|mailbox|address|host|domain) (?:is )?(?:unknown|not found|unavailable|full|over quota)",
    r"unknown (?:user|recipient|address|host)|(?:mailbox|quota) (?:is )?(?:full|exceeded)|error sending|sending error",
    r"message you sent|your (?:e-?mail|message|mail) (?:to .{1,80} )?(?:was|has been|is|cannot|could)|processing error",
    r"virus (?:found|detected)",
    # French
    r"non[ -](?:remis|distribu|d[ée]livr)|retour (?:de (?:courrier|mail|message)|[àa] l['’]exp[ée]diteur)",
    r"(?:[ée]chec|erreur|retard)s? (?:de |d['’]\s?|lors de )?(?:la |l['’])?(?:remise|livraison|distribution|envoi)",
    r"(?:notification|avis|rapport)s? (?:de |d['’])(?:la )?(?:non[- ]?)?(?:remise|livraison|distribution)",
    r"(?:message|courrier|mail|courriel)s? (?:non|n['’]a pas|retourn|rejet|refus|bloqu)",
    r"(?:notification|rapport) d['’][ée]tat de (?:la )?(?:remise|distribution)|remise (?:diff[ée]r|retard|impossible)",
    r"utilisateur (?:inconnu|non recens)|destinataire inconnu",
    # German
    r"unzustellbar|nicht (?:zustellbar|zugestellt|ausgeliefert)|(?:nicht|mail)?zustell(?:ung|fehler|bericht|status)",
    r"[üu]bermittlungsstatus|(?:benachrichti?gung|bericht) (?:zum|[üu]ber)|r[üu]ckl[äa]ufer|fehler bei der zustellung",
    # Spanish, Portuguese, Italian
    r"no (?:se )?(?:puede|pudo|ha podido|entregad|entregab)|devuelto|correo rechazado|mensaje (?:no|devuelto"
    r"|rechazado)",
    r"(?:error|fallo|falla|retraso) (?:en|de|del|al) (?:la |el )?(?:entrega|env[íi]o|enviar)",
    r"(?:notificaci[óo]n|informe) (?:de|del) estado",
    r"n[ãa]o (?:entreg|foi (?:entreg|poss))|falha (?:na|de|ao) (?:entreg|envi)|mensagem (?:devolvida|rejeitada|n[ãa]o)",
    r"non (?:recapit|consegnat|inviat)|mancat[ao] (?:recapito|consegna)|(?:recapito|consegna|invio) (?:non|fallit"
    r"|ritard)",
    r"messaggio non|notifica sullo stato",
    # Dutch, Nordic, Finnish
    r"onbestelbaar|niet (?:bezorgd|afgeleverd|besteld|verzonden)|(?:aflever|bezorg)\w* ?(?:mislukt|status|fout"
    r"|rapport)",
    r"(?:kan|kunde|kunne) (?:inte|ikke) (?:lever|skick|sende)|olevererbar|ikke levert|leverans(?:fel|status)"
    r"|leveringsstatus",
    r"ei voi(?:tu|da)? toimit|toimitus ep[äa]onnist",
    # Slavic, Hungarian, Turkish, Greek
    r"недоставлен|не (?:был[оа]? )?доставлен|не может быть доставлен|ошибка (?:доставки|отправки)|отч[её]т о доставке",
    r"невозможно доставить|niedor[ęe]cz|niedostarcz|nie (?:mo[żz]na|zosta[łl]a?) dostarcz|zwrot (?:wiadomo|poczty)",
    r"nedoru[čc]|nelze doru[čc]|k[ée]zbes[íi]thet|teslim edilem|g[öo]nderilem|παράδοση",
    # Japanese, Chinese, Korean
    r"配信(?:でき|不能|エラー|失敗|不可)|送信(?:でき|エラー|失敗)|配達(?:でき|不能|エラー)|不達|エラーメール|返送|未配信",
    r"配送(?:でき|エラー)|届けでき|メールシステムエラー|宛先不明",
    r"退信|退回|投递失败|(?:無法|无法)(?:傳遞|投遞|送達|投递|传递|送达)|未送达|未傳遞|未传递|传递失败",
    r"반송|배달되지|전송 ?실패|발송 ?실패",
)

# A sentence of the notice itself: why mail came back, or that it waits.
EXCUSE = _any(
    r"(?:could|can|was|were|has|did) ?n[o'’]t (?:yet )?(?:be(?:en)? )?(?:yet )?deliver|undeliver(?:ed|able)",
    r"(?:un|not |n['’]t )able to deliver|(?:was|were|am|is|are)n['’]t able to (?:be )?deliver|deliver(?:y"
    r"|ing)[^.\n]{0,60}(?:fail|delay|unsucc|problem|error)|fail(?:ed"
    r"|ure)? (?:to )?deliver",
    r"did not reach|not a valid (?:user|address|recipient)|had (?:permanent|transient|temporary)(?: non)?[ -]?fatal",
    r"failed (?:address|recipient|permanently)|returned (?:to (?:the )?sender|undelivered|mail)",
    r"user unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|person|host)|host unknown",
    r"(?:mailbox|account|address|recipient|user)[^.\n]{0,40}(?:unavailable|not found|does(?:n['’]t| not) exist|unknown"
    r"|is full|disabled|inactive|over quota|rejected)",
    r"(?:message|mail|e-?mail)[^.\n]{0,50}(?:rejected|refused|blocked|bounced|not accepted|quarantined"
    r"|not been delivered|not sent)",
    r"quota exceeded|relaying denied|relay error|delivery status notification|this is the mail system",
    r"mail delivery (?:sub)?system",
    # French, German
    r"n['’]a (?:pas )?(?:pu |[ée]t[ée] |pas )?(?:[êe]tre )?(?:remis|distribu|d[ée]livr|livr|achemin|transmis)",
    r"(?:impossible|[ée]chec) (?:de|d['’])[^.\n]{0,30}(?:remet|remis|distribu|livr|achemin|envo)|non (?:remis"
    r"|distribu)",
    r"destinataire[^.\n]{0,30}(?:inconnu|introuvable)",
    r"(?:konnte|kann|wurde)[^.\n]{0,60} nicht (?:zugestellt|ausgeliefert|[üu]bermittelt)|unzustellbar|nicht zustellbar",
    r"unbekannter (?:empf|benutzer)",
    # Spanish, Portuguese, Italian, Dutch
    r"no (?:se )?(?:pudo|ha podido|puede|fue)[^.\n]{0,30}entreg|n[ãa]o (?:p[ôo]de|foi)[^.\n]{0,30}entreg",
    r"non (?:[èe] stato|pu[òo]|[èe])[^.\n]{0,30}(?:recapit|consegn)",
    r"(?:kan|kon)[^.\n]{0,40}niet[^.\n]{0,30}(?:bezorg|aflever|bestel)",
    # Russian, Japanese, Chinese
    r"не (?:может быть |был[оа]? |удалось )?доставл|недоставлен",
    r"(?:配信|送信|配達|配送|お届け)でき|配信不能|届きません|配信されません|見つかりません|存在し(?:ません|ない)",
    r"退信|退回|(?:无法|無法)(?:投递|投遞|送达|送達)",
)

# A notice speaks to who sent the mail.
TO_SENDER = _any(
    r"your (?:e-?mail|message|mail)|you (?:have )?sent|sent by you|the following (?:message|recipient|address)",
    r"failed recipient|votre (?:message|courrier|mail|courriel)|ihre (?:nachricht|e-?mail)",
    r"(?:su|tu) (?:mensaje|correo)|sua mensagem|(?:suo|tuo) messaggio|uw (?:bericht|e-?mail)",
)

# A person greets, asks for help, or speaks of what is theirs.
PLEA = re.compile(
    r"\A\s*(?:hi|hello|hey|bonjour|bonsoir|salut|hallo|guten (?:tag|morgen)|moin|servus|hola|buenos|buenas|ciao|salve"
    r"|buongiorno|goede(?:morgen|middag|navond)|goedendag|beste|ol[áa]|madame|monsieur|ch[eè]re?s?"
    r"|dear (?:support|team|all|colleagues|help ?desk|it))\b(?!,? (?:this is|user|sender))"
    r"|\b(?:(?:can|could|would|will) (?:you|someone|anyone|somebody) |please (?:help|advise|fix|look|investigate)"
    r"|any idea|what (?:does|should|can|do) (?:this|i|we)\b|i (?:have |just |always )?(?:get|got|received?|keep"
    r"|tried)\b"
    r"|i can(?:no|['’])t|my (?:e-?mails?|messages?|mails?|mailbox|colleague|account|customer|client)\b"
    r"|pouvez[- ]vous|pourriez|peux[- ]tu|merci d['’e ]|je (?:ne |n['’]|re[çc]ois|vous)"
    r"|mes (?:mails?|messages?|courriels?)\b|mon (?:mail|message|compte|courriel)\b"
    r"|k[öo]nn(?:en|ten) sie|k[öo]nntest|bitte um|meine[mnr]? (?:mail|nachricht|e-?mail|konto|postfach)"
    r"|ich (?:habe|bekomme|kann|erhalte)|mi (?:correo|mensaje)\b|kunt u|kan iemand|mijn (?:mail|bericht)"
    r"|ik (?:krijg|kan|heb))|¿",
    re.IGNORECASE,
)

# Out of the office, said where a program puts it: before the subject of what it answers.
AUTOMATIC_REPLY = _opening(
    r"auto(?:mat(?:ic|ed))?[ -]?(?:e-?mail[ -])?(?:repl(?:y|ied)|respon[sd]e?r?|answer)\b|auto(?= ?:)"
    r"|e-?mail auto-?repl",
    r"out of (?:the )?office(?: auto-?reply| reply| notification| message|(?= ?:))",
    r"(?:vacation|holiday|leave|away|absence) (?:reply|notice|message|auto-?repl|response|notification)",
    r"r[ée]ponse auto(?:matique)?\b|absence du bureau|(?:message|avis|notification) d['’]absence|r[ée]pondeur",
    r"automatische (?:antwort|r[üu]ckmeldung|nachricht)|abwesenheits(?:notiz|nachricht|meldung|benachricht|assistent)",
    r"au(?:ss|ß)er haus|respuesta autom[áa]tica|fuera de la oficina|resposta (?:autom[áa]tica|ausente)",
    r"risposta automatica|fuori (?:sede|ufficio)|automatisch (?:antwoord|bericht)|afwezigheids(?:bericht|melding)",
    r"autosvar|automatiskt? svar|automaattinen vastaus|poissa|automat(?:yczna|ick[áa]) odpo(?:wied[źz]|v[ěe][ďd])",
    r"автоответ|автоматический ответ|otomatik yan[ıi]t|automatikus v[áa]lasz|r[ăa]spuns automat",
    r"自動(?:応答|返信)|不在(?:通知|応答|のお知らせ)|自动(?:回复|答复|回覆)|自動回覆|부재중|자동 ?(?:응답|회신)",
    after=r"[^:：\]]{0,30}[:：\]】]",
)

# Absence said anywhere in a subject; people write these too.
ABSENT = _any(
    r"out of (?:the |my )?office|oo[of]\b|on (?:annual |sick |parental |maternity )?leave\b|on (?:vacation"
    r"|holidays?)\b",
    r"away from (?:my|the) (?:mail|desk|office|e-?mail)|currently away|vacation (?:reply|notice|message)",
    r"auto(?:mat(?:ic|ed))?[ -]?(?:e-?mail[ -])?(?:repl|respon|answer)|auto(?:matic(?:ally)?|-)? ?generated",
    r"absente? (?:du|de|jusqu)|en cong[ée]s?|absence|en vacances|hors (?:du )?bureau|r[ée]ponse auto|est absente?",
    r"im urlaub|abwesen|nicht im (?:b[üu]ro|haus)|au(?:ss|ß)er haus|automatische",
    r"fuera de (?:la )?oficina|de vacaciones|ausente|ausencia|respuesta autom|resposta autom|f[ée]rias|fuori ufficio",
    r"in ferie|assenza|assente|risposta autom|afwezig|met vakantie|niet aanwezig|automatisch|semester|ferie\b|autosvar",
    r"frav[æa]r|automatyczna|nieobecno|nep[řr][íi]tom|отпуск|отсутств|автоответ|不在|休暇|自動|出張|自动|부재",
)

# Its text calls itself automatic.
AUTOMATIC_TEXT = _any(
    r"(?:this|the following|that)[^.\n]{0,20} (?:is|was) (?:an? )?auto(?:mat(?:ed|ic)(?:ally)?|-)?[ -]?(?:e-?mail )?"
    r"(?:reply|respon[sc]e|message|e-?mail|notification|answer|generated|sent)",
    r"automatically generated|auto-?generated (?:reply|response|message|e-?mail)|only notification you will receive",
    r"(?:ceci est|il s['’]agit d['’])[^.\n]{0,30}(?:r[ée]ponse|message) automatique",
    r"message (?:g[ée]n[ée]r[ée]|envoy[ée]) automatiquement|ne pas r[ée]pondre [àa] ce|dies(?:e"
    r"|es)?[^.\n]{0,40}automatisch",
    r"automatisch (?:generiert|erstellt|erzeugt|gegenereerd|verzonden)",
    r"(?:mensaje|respuesta|messaggio|risposta|mensagem|resposta) (?:es )?autom[áa]tic",
    r"自動(?:送信|返信|応答|的に)|自动(?:回复|发送)",
)

# A subject by which a machine says that something arrived, or asks whether a person sent it.
ACKNOWLEDGED = _any(
    r"(?:we|i)(?:['’]ve| have)? received your|request received|ticket (?:created|received|opened|closed|updated"
    r"|resolved)",
    r"(?:your|the) (?:request|ticket|e-?mail|message|case|in?quiry|enquiry)[^:]{0,60}"
    r"(?:was|has been|been) (?:received|created|opened|logged|registered|closed|resolved|updated)",
    r"thank(?:s| you) for (?:your (?:e-?mail|message|inquiry|enquiry|request|interest|mail)|contacting|writing"
    r"|e-?mailing)",
    r"acknowledge?ment|receipt of your|awaits? (?:moderator )?approval|confirm(?:ation)? (?:required|needed|request)",
    r"please confirm your (?:e-?mail|message|mail|request|subscription)|verify your (?:e-?mail|message)",
    r"accus[ée] de r[ée]ception|bonne r[ée]ception|merci (?:pour|de) votre",
    r"votre (?:demande|message|ticket|courriel)[^:]{0,60}(?:bien )?(?:re[çc]ue?|enregistr|cr[ée][ée]|pris)",
    r"(?:eingangs|empfangs)best[äa]tigung|ihre (?:anfrage|nachricht|e-?mail)[^:]{0,60}(?:erhalten|eingegangen"
    r"|erstellt)",
    r"(?:vielen dank|danke) f[üu]r ihre|hemos recibido|acuse de recibo|gracias por (?:su|tu|contactar)|recebemos",
    r"abbiamo ricevuto|conferma di ricezione|grazie per|ontvangstbevestiging|wij hebben uw|受付|お問い合わせ|受け付け",
)

# A subject of a receipt that lost its structure.
RECEIPT = _opening(
    r"read(?: receipt)? ?: |not read ?: |return receipt|disposition notification|lu ?: |non lu ?: |gelesen ?: "
    r"|ungelesen",
    r"le[íi]do ?: |letto ?: |gelezen ?: |lida ?: |開封|已读",
)
READ = _any(
    r"your (?:message|mail)[\s\S]{0,300}?(?:was|has been) (?:read|displayed|opened|deleted)",
    r"votre message[\s\S]{0,300}?(?:a [ée]t[ée]|fut) (?:lu|affich|ouvert|supprim)"
    r"|ihre nachricht[\s\S]{0,300}?wurde[\s\S]{0,80}gelesen",
    r"(?:su|tu) mensaje[\s\S]{0,300}?(?:fue|ha sido) le[íi]do|il messaggio[\s\S]{0,300}?[èe] stato letto"
    r"|uw bericht[\s\S]{0,300}?gelezen",
)

COMPLAINT = _opening(
    r"complaint about message from|e-?mail feedback report|client complaint",
    r"(?:[\w.-]{1,40} )?(?:abuse|spam|feedback(?: loop)?|complaint|jmrp|fbl) (?:report|complaint|notification)",
)

# Where a notice ends and what was sent begins.
RETURNED = re.compile(
    r"^[ \t>*=_-]*(?:(?:this is |here is |a |the )*"
    r"(?:copy|text|first part|headers?|start|unsent|returned|original|beginning)s?(?: copy| part)? "
    r"(?:of |message|mail|text)[^\n]{0,80}|(?:original|unsent|returned) message[^\n]{0,60}|message header[^\n]{0,60}"
    r"|below this line is a copy[^\n]{0,60}|(?:return-path|received):[ \t].{3,})",
    re.IGNORECASE | re.MULTILINE,
)
