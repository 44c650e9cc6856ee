//! Which blocks are lists, and their teasers.

use super::*;
use crate::domain::Written;

const SIDE: &str = "<ul><li><a href=\"/VanBan.aspx?ItemID=700\">Quyết định ban hành quy chế</a> \
    <i>(ngày 03/01/2019)</i></li>
    <li><a href=\"/VanBan.aspx?ItemID=701\">Công văn hướng dẫn sử dụng</a> <i>(ngày 04/02/2019)</i>\
    </li></ul>";

#[test]
fn a_teaser_says_what_its_item_shows() {
    let list = "<ul><li><a href=\"a.aspx?ItemID=1\"><img src=\"/s.gif\" data-src=\"/anh/1.jpg\">\
        </a><h3><a href=\"a.aspx?ItemID=1#x\" title=\"\">Một bài  viết</a></h3>
          <p>07/04/2020 14:05</p><p>Ngày 01/02/2019, họp bàn về rất nhiều việc của năm sau và của \
        những năm tới.</p><a href=\"a.aspx?ItemID=1\">Xem chi tiết</a></li>
        <li><a href=\"/Tin/Pages/a.aspx?ItemID=2\"><img src=\"/anh/2.jpg\"></a><h3>\
        <a href=\"a.aspx?ItemID=2\" title=\"Tên bài bị cắt bớt cho ngắn\">Tên bài bị cắt…</a></h3>\
        </li>
        <li><a href=\"a.aspx?ItemID=3\"><img src=\"/anh/3.jpg\"></a><h3>\
        <a href=\"a.aspx?ItemID=3\"></a></h3><p>09/04/2020</p><a href=\"a.aspx?ItemID=3\">\
        Xem chi tiết</a></li>
        <li><h3><a href=\"javascript:void(0)\">Không phải bài</a></h3></li><li><h3>\
        <a href=\"#top\">Lên đầu</a></h3></li><li><h3><a href=\"mailto:a@b.c\">Thư</a></h3></li>
        <li><h3><a href=\"list.aspx\">Chính trang này</a></h3></li></ul>";
    let got = segment(&page(2010, "t", &block(2010, 1, "X - Block_Tin_List", list), ""));
    let teasers: Vec<_> = got.blocks[0]
        .listing
        .as_ref()
        .unwrap()
        .teasers
        .iter()
        .map(|t| (t.url.as_str(), t.title.as_str(), t.date, t.image.as_deref()))
        .collect();
    let date = |d, time| Some(Written { date: (2020, 4, d), time, offset_s: None });
    assert_eq!(
        teasers,
        [
            (
                "https://portal.example/Tin/Pages/a.aspx?ItemID=1",
                "Một bài viết",
                date(7, Some((14, 5))),
                Some("https://portal.example/anh/1.jpg")
            ),
            (
                "https://portal.example/Tin/Pages/a.aspx?ItemID=2",
                "Tên bài bị cắt bớt cho ngắn",
                None,
                Some("https://portal.example/anh/2.jpg")
            ),
            (
                "https://portal.example/Tin/Pages/a.aspx?ItemID=3",
                "",
                date(9, None),
                Some("https://portal.example/anh/3.jpg")
            ),
        ]
    );
}

#[test]
fn a_list_without_containers_keeps_its_dates_with_their_titles() {
    let after: String = (1..4)
        .map(|n| {
            format!("<h3><a href=a.aspx?ItemID={n}>Bài viết số {n}</a></h3><p>0{n}/04/2020</p><hr>")
        })
        .collect();
    let before: String = (1..4)
        .map(|n| {
            format!("<span>0{n}/04/2020</span> <a href=a.aspx?ItemID={n}>Bài viết số {n}</a><br>")
        })
        .collect();
    let rows: String = (1..4)
        .map(|n| {
            format!(
                "<tr><td><a href=a.aspx?ItemID={n}>Bài viết số {n}</a></td></tr><tr>\
                 <td>0{n}/04/2020</td></tr>"
            )
        })
        .collect();
    let labelled: String = (1..4)
        .map(|n| {
            format!(
                "<li><a href=/thoi-su>Thời sự trong nước</a> <a href=a.aspx?ItemID={n}>\
                 Bài viết số {n}</a> 0{n}/04/2020</li>"
            )
        })
        .collect();
    for html in [after, before, format!("<table>{rows}</table>"), labelled] {
        let got = segment(&page(2010, "t", &block(2010, 1, "X - Block_Tin_List", &html), ""));
        let teasers = got.blocks[0].listing.as_ref().unwrap().teasers.iter();
        let said: Vec<_> = teasers.map(|t| (t.title.clone(), t.date.map(|d| d.date))).collect();
        let want: Vec<_> =
            (1..4).map(|n: i8| (format!("Bài viết số {n}"), Some((2020, 4, n)))).collect();
        assert_eq!(said, want, "{html}");
    }
}

#[test]
fn the_list_is_told_from_what_stands_beside_it() {
    let most = "<h3>Đọc nhiều</h3>".to_owned() + &items(50..56);
    let menu = "<ul><li><a href=\"/a\">Giới thiệu</a></li><li><a href=\"/b\">Liên hệ</a></li><li>\
        <a href=\"/c\">Sơ đồ</a></li></ul>";
    for (what, title, main, want) in [
        ("items", "Trang", items(1..6), vec!["1", "2", "3", "4", "5"]),
        (
            "one item on the last page",
            "Tin mới - Cổng",
            "<h2>Tin mới</h2>".to_owned() + &items(1..2),
            vec!["1"],
        ),
        ("nothing", "Tin mới", "<h2>Tin mới</h2><p>Chưa có bài viết nào</p>".to_owned(), vec![]),
        (
            "a first item in other markup",
            "Tin",
            format!(
                "<div><h2><a href=\"/Tin/Pages/bai.aspx?ItemID=9\">Bài nổi bật của trang tin</a>\
                 </h2></div>{}",
                items(1..4)
            ),
            vec!["9", "1", "2", "3"],
        ),
    ] {
        let beside =
            block(2010, 2, "", &most) + &block(2010, 3, "", SIDE) + &block(2010, 4, "", menu);
        let got = segment(&page(2010, title, &block(2010, 1, "", &main), &beside));
        let found = lists(&got);
        assert_eq!(found.len(), 1, "{what}: {found:?}");
        assert_eq!(ids(found[0]), want, "{what}");
        assert_eq!(got.blocks[0].role, Role::MostRead, "{what}");
    }
}

#[test]
fn a_page_without_a_list_has_none() {
    for main in [
        "<h2>Đăng nhập</h2><input type=password name=p>",
        "<p>Một đoạn văn dài có <a href=/x>một liên kết</a> và <a href=/y>hai liên kết</a> trong \
         đó.</p>",
    ] {
        let got = segment(&page(2013, "t", &block(2013, 1, "", main), &block(2013, 2, "", SIDE)));
        assert!(lists(&got).is_empty(), "{main}");
    }
}

#[test]
fn several_lists_and_lists_in_the_layout_itself() {
    let two = block(2010, 1, "A - Block_Tin_List", &items(1..4))
        + &block(2010, 2, "A - Block_Ghim_List", &items(7..9));
    let got = segment(&page(2010, "t", &two, ""));
    assert_eq!(lists(&got).iter().map(|b| ids(b).len()).collect::<Vec<_>>(), [3, 2]);
    let got = segment(&page(2010, "t", &items(1..6), &block(2010, 3, "", SIDE)));
    assert_eq!(lists(&got).iter().map(|b| ids(b).len()).collect::<Vec<_>>(), [5]);
}

#[test]
fn a_hostile_list_ends() {
    let links: String =
        (0..30_000).map(|n| format!("<b><a href=/t/{n}>Bài viết số {n} của mục</a></b>")).collect();
    let begun = std::time::Instant::now();
    let got = segment(&page(2010, "t", &block(2010, 1, "A - Block_Tin_List", &links), ""));
    assert!(ids(lists(&got)[0]).len() <= 2_001);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn rows_cards_and_last_pages_are_lists() {
    let row = |n: u8| {
        format!(
            "<tr><td>{n}</td><td>0{n}/04/2020</td><td><a href=a.aspx?ItemID={n}>Bài viết số {n}</a>\
             </td><td>Tóm tắt của bài viết này dài hơn bốn mươi chữ cái.</td></tr>"
        )
    };
    let card = |n: u8| {
        format!(
            "<a href=a.aspx?ItemID={n}><div><img src=/anh/{n}.jpg></div><div>Bài viết số {n}</div>\
             <div>0{n}/04/2020</div><div>Tóm tắt của bài.</div></a>"
        )
    };
    let rows = format!("<table>{}{}</table>", row(1), row(2))
        + "<a href='list.aspx?p=1'><img src=/anh/lui.gif></a> <a href='?p=3' title='Trang sau'>\
            <img src=/anh/toi.gif></a><a href=trang-1><img src=/anh/dau.gif></a>";
    for html in [rows, card(1) + &card(2)] {
        let got = segment(&page(2013, "t", &block(2013, 1, "X - Block_Tin_List", &html), ""));
        let said: Vec<_> = got.blocks[0]
            .listing
            .as_ref()
            .unwrap()
            .teasers
            .iter()
            .map(|t| (t.title.clone(), t.date.map(|d| d.date)))
            .collect();
        assert_eq!(said, [1, 2].map(|n: i8| (format!("Bài viết số {n}"), Some((2020, 4, n)))));
    }
    let last = "<div class=c>Văn hóa</div><h3><a href=a.aspx?ItemID=9>Bài viết cuối cùng của \
        chuyên mục</a></h3><div><a href=list.aspx>1</a> <a href=?p=2>2</a> <b>3</b></div>";
    let got = segment(&page(2013, "Văn hóa - Cổng", &block(2013, 1, "X - Block_La", last), ""));
    assert_eq!(got.blocks[0].listing.as_ref().map(|l| l.teasers.len()), Some(1));
}
