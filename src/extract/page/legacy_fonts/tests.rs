use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

const NEWS: &str = "Thời gian qua, phong trào thi đua tại huyện Bạch Thông luôn được Huyện ủy quan \
    tâm, chỉ đạo thực hiện; Ủy ban nhân dân các xã đã xây dựng được 41 mô hình “Dân vận khéo”, góp \
    phần đẩy mạnh kinh tế, giữ vững quốc phòng.";

/// The shipped letters.
static LETTERS: LazyLock<LegacyFonts> =
    LazyLock::new(|| LegacyFonts::compile(&crate::config::shipped().letters).unwrap());

fn table(name: &str) -> &'static Table {
    LETTERS.tables.iter().find(|t| t.name == name).unwrap()
}

/// Unicode text in the old letters of a table; a letter that the table lacks as a capital is
/// written small.
fn old(text: &str, table: &str) -> String {
    let letters: HashMap<char, String> = {
        let mut all: Vec<(String, char)> = self::table(table).written().collect();
        // Of two ways to write a letter the one whose mark is a capital too.
        all.sort_by_key(|(old, _)| old.chars().filter(|c| c.is_uppercase()).count());
        all.into_iter().map(|(old, new)| (new, old)).collect()
    };
    let small = |c: char| c.to_lowercase().next().and_then(|c| letters.get(&c));
    text.chars()
        .map(|c| letters.get(&c).or_else(|| small(c)).cloned().unwrap_or_else(|| c.to_string()))
        .collect()
}

fn settled(page: &str) -> (String, Option<String>) {
    let (text, table) = LETTERS.settle(Cow::Borrowed(page), false, &Budget::default());
    (text.into_owned(), table)
}

#[test]
fn the_data_is_sound() {
    let letters = &*LETTERS;
    assert_eq!(
        letters.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["tcvn3", "vni"]
    );
    for table in &letters.tables {
        assert!(table.written().all(|(old, _)| (1..=2).contains(&old.chars().count())));
    }
    assert!(letters.tables[0].has_capitals());
    for word in NEWS.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()) {
        assert!(letters.tables[0].syllables.has(word), "{word}");
    }
    for word in
        ["ngoằn", "nghiêng", "quýt", "gì", "giếng", "khuỷu", "hoà", "hòa", "Ý", "thuở", "quốc"]
    {
        assert!(letters.tables[0].syllables.has(word), "{word}");
    }
    for word in ["cac", "tét̀", "ngz", "đđa", "société", "wa", "ñy", "strength", ""] {
        assert!(!letters.tables[0].syllables.has(word), "{word}");
    }
}

#[test]
fn as_the_fonts_have_it() {
    for (name, old_text, text) in [
        ("tcvn3", "NghÞ ®Þnh: C¨n cø", "Nghị định: Căn cứ"),
        ("tcvn3", "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("tcvn3", "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("vni", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("vni", "ÑOÄC LAÄP - Töï do - Haïnh phuùc", "ĐỘC LẬP - Tự do - Hạnh phúc"),
    ] {
        assert_eq!(words::converted(old_text, table(name), false), text);
        assert_eq!(old(text, name), old_text);
    }
    assert_eq!(words::converted("UBND TØNH B¾C K¹N", table("tcvn3"), false), "UBND TỈNH BẮC KẠN");
}

/// A page whose menus are in Unicode and whose body is in old letters.
fn mixed(body: &str) -> String {
    format!(
        "<html><head><title>Cổng thông tin</title><script>var a = '®©µ';</script></head><body>\
         <!-- {body} --><ul><li>Trang chủ<li>Tìm kiếm\
         <li>Giáo án<li>Windows® 10<li>Liên hệ</ul><img alt='{body}' src='/®©.jpg'>\
         <div>{body}</div><p>Đọc nhiều</p></body></html>"
    )
}

#[test]
fn only_what_is_old_is_converted() {
    for name in ["tcvn3", "vni"] {
        let small = NEWS.replace('Ủ', "ủ");
        let (body, text) = (old(&small, name), small.as_str());
        let comment = format!("<!-- {text} -->");
        let expected = mixed(text).replacen(&comment, &format!("<!-- {body} -->"), 1);
        assert_eq!(settled(&mixed(&body)), (expected, Some(name.to_owned())));
        let split = body.replace(' ', " <b>") + "</b>";
        assert_eq!(
            settled(&format!("<p>{split}")),
            (format!("<p>{}</b>", text.replace(' ', " <b>")), Some(name.to_owned()))
        );
        // As an editor writes letters that its encoding lacks.
        let named = body
            .replace('®', "&reg;")
            .replace('ñ', "&ntilde;")
            .replace('µ', "&#181;")
            .replace('©', "&#xA9;");
        assert_eq!(
            settled(&format!("<p>A &amp; B &nbsp; {named}")),
            (format!("<p>A &amp; B &nbsp; {text}"), Some(name.to_owned()))
        );
    }
}

#[test]
fn fonts_of_capitals() {
    let body = old(&NEWS.replace('Ủ', "ủ"), "tcvn3");
    let page = format!(
        "<p>{body}</p><p><font face='.VnTimeH'>th«ng b¸o</font> \
         <span style='font-family:.VnArialH'>cña <b>tin</b></span> <font face=\".VnTime\">x·</font>\
         </p>"
    );
    assert!(settled(&page).0.contains(">THÔNG BÁO</font>"), "{}", settled(&page).0);
    assert!(
        settled(&page).0.contains(">CỦA <b>TIN</b></span> <font face=\".VnTime\">xã</font>"),
        "{}",
        settled(&page).0
    );
}

#[test]
fn what_is_not_old_stays() {
    let latin_1258 = encoding_rs::WINDOWS_1252.decode(NEWS.as_bytes()).0.into_owned();
    let french = "L’élève a été reçu à l’école où l’été dernier, dès le début, la société a créé \
        une forêt près de là. Œuvre ® déposée © « mot » n° 5, né à Orléans, le thé, ça va, déjà, \
        fût, île, Noël, naïf, mûr, prêt, hôtel, côté.";
    let czech =
        "Příliš žluťoučký kůň úpěl ďábelské ódy, má být ® být, dá se říci, že tě bývá ý á í é ú.";
    let swedish = "På så sätt får då två små åar nå sjön; må gå, så är på, då få tåg når på så då \
        må nå ® © µm, hör på.";
    let portuguese = "Não é só a ação ® do pão, há avô, avó, órgão, mãe e irmão; às três, já lá \
        está, põe, você é cá, é má fé.";
    let spanish = "El niño y la niña ñoños: mañana en España, el año, la señal, ¿qué?, sí, él, más \
        ® ñ ñu ñame, así fué el día.";
    let icelandic = "Það er gott að þú ert hér, ég á hús við ána ®, þar sem ærnar eru á beit við \
        fjöllin há, þó að snjó taki upp.";
    let english =
        "Windows® and Office® © 2020, 5 µm, § 12, naïve café, façade; ½ ¾ ¼ · ¶ × ÷ ª º «ok».";
    for text in [
        NEWS,
        &latin_1258,
        french,
        czech,
        swedish,
        portuguese,
        spanish,
        icelandic,
        english,
        "",
        "®",
        "ñ",
    ] {
        let text = text.repeat(20);
        for page in [format!("<p>{}</p>", text.replace(". ", ".</p><p>")), text] {
            assert_eq!(settled(&page), (page.clone(), None));
        }
    }
    // Nor beside what is.
    let body = old(NEWS, "tcvn3");
    for text in [NEWS, french, czech, portuguese, spanish, icelandic, english] {
        let page = settled(&format!("<p>{body}</p><p>{text}</p>")).0;
        assert!(page.ends_with(&format!("<p>{text}</p>")), "{page}");
    }
}

/// Syllables of the language, with at least enough of them to know it by.
fn sentences() -> impl Strategy<Value = String> {
    let syllables: Vec<String> = NEWS
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    let word = (
        prop::sample::select(syllables),
        prop::sample::select(vec![" ", ", ", " <b>x</b> ", " 12 ", "<br>", " – "]),
    );
    prop::collection::vec(word, 1..80).prop_map(|words| {
        let told: String = words.into_iter().map(|(word, gap)| word + gap).collect();
        format!("đoàn đại biểu được đến thăm đồng bào của tỉnh đã {told}")
    })
}

proptest! {
    #[test]
    fn what_was_written_comes_back(
        text in sentences(),
        name in prop::sample::select(vec!["tcvn3", "vni"]),
    ) {
        let page = |text: &str| format!("<div>{text}</div>");
        prop_assert_eq!(settled(&page(&old(&text, name))), (page(&text), Some(name.to_owned())));
        let unicode = format!("<div>{text}</div>");
        prop_assert_eq!(settled(&unicode), (unicode, None));
    }

    #[test]
    fn any_text_is_left_or_settled_once(parts in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "<p", "</", "®", "ñ", "&reg;", "&#174", "<script>", "</script>", "<!--", "-->",
        "'", "\"", "=", " alt=", "®©µ", "ế", "\u{ad}", " ", "x",
    ]), 0..60), plain: bool) {
        let text = parts.concat();
        let same = Cow::Borrowed(text.as_str());
        prop_assert_eq!(LETTERS.settle(same.clone(), plain, &Budget::default()), (same, None));
    }
}
