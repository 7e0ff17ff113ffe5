"""The languages that invoices are written in: their letters and their commonest words.

The letters are the main exemplar characters of Unicode's CLDR (cldr-json, `characters.json`).
The words are those of invoices and the shortest of all, which CLDR's names of countries,
languages and days, read by babel, lack.
"""
# ruff: noqa: RUF001 letters that look alike are what this is about

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WESTERN_LANGUAGES = ("en", "fr", "pt", "es", "de", "it", "nl", "ca", "da", "sv", "nb", "fi")
CENTRAL = ("pl", "cs", "sk", "hu", "ro", "sl", "hr", "sq")
BALTIC = ("lt", "lv", "et")
TURKIC = ("tr", "az")
CYRILLIC = ("ru", "uk", "bg", "sr", "mk", "be")

CYRILLIC_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"

LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "en": "",
        "fr": "àâæçéèêëîïôœùûüÿ",
        "pt": "áàâãçéêíóòôõú",
        "es": "áéíñóúü",
        "de": "äöüß",
        "it": "àéèìóòù",
        "nl": "áäéëíïóöúü",
        "ca": "àçéèíïóòúü",
        "da": "æøåé",
        "sv": "àéåäö",
        "nb": "àéóòôæøå",
        "fi": "åäöšž",
        "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž",
        "sk": "áäčďéíĺľňóôŕšťúýž",
        "hu": "áéíóöőúüű",
        "ro": "ăâîşţ",
        "sl": "čšž",
        "hr": "čćđšž",
        "sq": "çë",
        "tr": "çğıiöşüâîû",
        "az": "çəğıiöşü",
        "lt": "ąčęėįšųūž",
        "lv": "āčēģīķļņšūž",
        "et": "šžõäöü",
        "vi": "àăâđèéêìíòóôơùúưý\u0300\u0301\u0303\u0309\u0323",
        "ru": CYRILLIC_LETTERS + "ё",
        "uk": CYRILLIC_LETTERS + "ґєії",
        "bg": CYRILLIC_LETTERS,
        "sr": CYRILLIC_LETTERS + "ђјљњћџ",
        "mk": CYRILLIC_LETTERS + "ѓјѕљњќџ",
        "be": CYRILLIC_LETTERS + "ёіў",
        "el": "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ",
        "he": "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
        "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",
        "th": "".join(chr(c) for c in range(0xE01, 0xE4F)),
    }
)
"""Romanian's commas below are cedillas in old encodings; Vietnamese's tones stand by themselves."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "en": "café résumé customer’s client’s month’s year’s company’s it’s naïve fiancé",
        "fr": "à à à où là déjà très œuvre sœur août année dépôt école été être même règlement "
        "reçu réparation société événement élève goût coût fenêtre forêt bûche noël maïs ambiguë "
        "crème l’année d’une l’école d’eau l’hôtel d’assurance mère père frère première "
        "deuxième près février décembre hélène françois rivière lumière frais contrôle "
        "clôture matériel problème système intérêts prêt fête vêtements achèvement après "
        "succès accès procès île boîte dû sûreté août piqûre brûlé façade leçon reçus garçon "
        "jérôme benoît noëlle ça voilà espèces château bâtiment théâtre câble gâteau pâtes "
        "tâche âge grâce maître naître connaître chaîne entraîne huître côte hôpital tôt rôle "
        "impôt août croûte jeûne flûte poêle chêne pêche tête haïti israël michaël gaël égaïe "
        "héroïque mosaïque naïve laïque étienne émile électrique à à éric évian élise édouard "
        "œuf bœuf nœud vœux sœurs manœuvre plâtre rôti pâté châtelet",
        "pt": "à às é há março prestação serviços órgão comissões cartões pensões não são mão "
        "irmã água três mês você crédito débito imóvel café avó avô próximo lâmpada índice título "
        "pão manhã amanhã manutenção locação reunião irmãos joão cristóvão condição peças "
        "mensalidade câmbio anúncio licença construção instalação eleições opções balcões gás "
        "lã maçã português inglês francês conferência referência assistência agência à àquele "
        "conceição guimarães câmara âmbito lâmina saúde águas área ímpar área índia aviões "
        "leilões milhões razões limões decisões versões reuniões bebê tênis gênero êxito luís "
        "maíra juíz país raízes açaí faísca saída conteúdo baú miúdo balanço março cabeça "
        "poço praça lançamento preço irmãs alemã romã cães alemães capitães às às à avós só "
        "pó nós após óleo ótimo ônibus",
        "es": "año señor niño diseño reparación número útil último ángel índice según café aquí "
        "médico línea artículo país través pingüino núñez ibáñez muñoz peña compañía montaña "
        "otoño españa mañana pequeño baño enseñanza señal dueño leña cañería desagüe cigüeña "
        "más también teléfono garcía martínez lópez días energía asesoría suscripción "
        "cotización güell coruña daño señora sueño baños viña piña champaña riñón cariño "
        "tamaño extraño araña begoña cámara fábrica cáncer cádiz plátano lápices autobuses "
        "jesús común según atún ningún íntima ícono íñiguez álvarez ávila ámbito ópera "
        "ómnibus úrsula útiles éxito época nº nº carnicería lavandería panadería ingeniería "
        "trámites préstamos electrónico",
        "it": "è è è à é città perché più già così lunedì attività qualità caffè virtù però "
        "società pubblicità venerdì può sarà cioè affinché elettricità università l’anno "
        "dell’acqua nicolò metà libertà farà verrà potrà lunedì giovedì cantù tribù gioventù "
        "serietà facoltà",
        "de": "straße größe gebühr büro prüfung schlüssel öl übung jährlich höhe fluß fuß münchen "
        "für müller schäfer bäckerei köln rückzahlung zuschuß grüße außen über gemäß böhm "
        "weiß maß spaß schloß großhandel schließen öffnen öfen ältere ämter änderungen "
        "übergabe",
        "nl": "reünie coördinatie beëindiging vóór één financiële ruïne cliënt geïnstalleerd",
        "ca": "instal·lació març àngel què però més número història llengües pingüí raó camí",
        "sv": "år båt städning översättning hyrå gård möte ägare kött för på och åtgärd lön från",
        "da": "år rengøring ændring øl købt kørsel måned færdig høj på får møde søren jørgensen",
        "nb": "år rengjøring kjøp kjøring måned høy på får møte bærum",
        "fi": "äiti työ käännös yö hyvä päivä määrä sähkö vähän lämpö siivous mäkinen hämäläinen",
        "pl": "usługi opłata należność księgowość sprzedaż zwłokę części środa koń koń styczeń "
        "grudzień kwiecień sierpień wrzesień październik dzień tydzień luty łódź poznań toruń "
        "się są być więc też proszę imię cię płatność zaliczkę ratę prowizję umowę pomoc "
        "śnieg miesięczny święta ręcznik sprzęt pięć dziesięć wynajęcie czynsz światło śląsk "
        "śruby czyszczenie naprawę dostawę energię wodę składkę stację noc słoń górę dąb ślub "
        "gęś",
        "cs": "č č č nájem účet údržba příspěvek měsíční poplatek člověk práce čtvrtletí služby "
        "říjen září květen březen činže dům kůň půjčovné číslo daň zálohová česká účetní "
        "přípojka dodávka oprav střechy večeře vedení účtu průvodce úklid záloha kč důl vůz "
        "stůl půl schůze inženýr dveře řeka věc město člen částka smlouva ještě něco což byť "
        "loď jež také ďábel",
        "sk": "č č účtovníctvo školenie ďalšie služby vŕtanie košice stôl päť kusov nájom máj "
        "číslo daň preddavok údržba mesačný poplatok účet dodávka kôň môj víťaz stĺp kúpeľ týždeň "
        "loď deň koľko vďaka ťava doprava účtu kancelária mzda platba úhrada čistenie oprava",
        "hu": "bérleti díj könyvelés előfizetés győr szerződés fűtés főváros idő nő erdő tűzifa és "
        "ügyvédi költség szállítás javítás felújítás eső első fő hő kő tő mű fű hű élő szűcs "
        "erős gőz őr őszi közös költségek minőség bővítés teendő szeptember időszak hűtő "
        "felhő gyűjtő dűlő",
        "ro": "chirie lună plată mâncare factură câine zăpadă casă piaţă şi să că fără după până "
        "în întreţinere servicii luna aprilie închiriere reparaţii curăţenie apă maşină "
        "consultanţă bună firmă sumă cotă taxă rată primă lucrări cărţi săli bănci mână "
        "doamnă masă pâine şef măsură mărime",
        "sl": "račun storitev čiščenje plačilo najemnina mesečno življenje še že če več pač reč",
        "hr": "račun usluge čišćenja šećer kuća plaća općina noć voće siječanj održavanje "
        "održavanja ožujak veljača tečaj još već što reć moć žarulje smještaj računa plaćanje "
        "vođenje čekovi "
        "horvatić marković stojić jovanović pavlović blažić vučić opći svibanj",
        "sq": "për është shërbime qira çmim muaj pagesë një në të së dhe çdo",
        "tr": "şubat ayı kirası danışmanlık öğrenci ağustos ışık değer kış yıl müşteri ücreti için "
        "bakım taşıma sigortası eğitim satış alış iş yazılım aylık ısıtma gıda sağlık çalışma",
        "az": "üçün xidmət aylıq icarə ödəniş təmir və",
        "lt": "nuoma už kovą sąskaita mokėjimas žemė kėdė rugsėjis mėnesį mėnesio paslaugų "
        "paslaugos apskaitos elektrą įmokos įmonė remontą sausį birželį vandenį šildymą "
        "kavinė prekių baldų dieną metą kainą skolą nuomą pirmąjį algą mokestį balandį "
        "rugpjūtį lapkritį draudimą namą butą leidinį skelbimą langų durų kompiuterių "
        "raštinės šviesą būstą lėšų žodį",
        "lv": "rēķins īre par maksājums mēnesis mēneša pakalpojumi apsardzība rīga janvāris jūlijs "
        "tīrīšana kārtība ūdens elektrība remonts grāmatvedība biroja zāle cēsis māja "
        "tālrunis",
        "et": "üür jõgi eest töö märts põrand õli kõne sõit hooldus või küte jäätmed arve teenus",
        "vi": "tiền thuê nhà dịch vụ tháng hóa đơn phí bảo trì điện nước",
        "ru": "и и в я аренда за март услуги бухгалтера ремонт оплата счёт",
        "el": "ενοίκιο μαρτίου υπηρεσίες και η ο το για με στο τη του ποσό δόση",
    }
)
