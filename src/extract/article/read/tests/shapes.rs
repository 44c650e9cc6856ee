//! Shapes met on portals of several vendors: leads set apart, lists and documents in tables, titles
//! in list items.

use super::*;

/// A paragraph long enough to be one.
fn text(n: u8) -> String {
    format!(
        "Đoạn thứ {n} kể lại buổi họp của xã, ai phát biểu điều gì và những việc sẽ làm trong \
         tháng tới."
    )
}

fn body(open: &str, close: &str) -> String {
    (1..4).map(|n| format!("{open}{}{close}", text(n))).collect()
}

fn read_view(toolbar: &str, view: &str) -> Draft {
    article(draft(portal(), &page(toolbar, view)))
}

#[test]
fn a_lead_set_apart_from_the_text_is_one() {
    for view in [
        format!(
            "<div class=s><p><strong>{LEAD}</strong></p></div><div class=b>{}</div>",
            body("<section><p>", "</p></section>")
        ),
        format!("<span><b>{LEAD}</b></span><br><div class=b>{}</div>", body("", "<br><br>")),
        format!(
            "<div class=s><p>{LEAD}</p></div>{}",
            body("<div class=e><div><p>", "</p></div></div>")
        ),
    ] {
        let got = read_view(&format!("<h2>{TITLE}</h2>"), &view);
        assert_eq!((got.lead.as_deref(), got.body.len()), (Some(LEAD), 3), "{view}");
    }
    let same = read_view(
        &format!("<h2>{TITLE}</h2>"),
        &format!("<div><p>{LEAD}</p></div><div>{}</div>", body("<p>", "</p>")),
    );
    assert_eq!((same.lead, same.body.len()), (None, 4));
}

#[test]
fn what_follows_the_text_is_left_out() {
    let link =
        |n: u8| format!("<a href=/Pages/tin-{n}.aspx>Một tin khác của chuyên mục, số {n}</a>");
    let rows: String =
        (1..4).map(|n| format!("<tr><td>»</td><td>{} (0{n}/04/2020)</td></tr>", link(n))).collect();
    let dated: String =
        (1..4).map(|n| format!("<tr><td>0{n}/04/2020</td><td>{}</td></tr>", link(n))).collect();
    let lines: String = (1..4).map(|n| format!("<p>{} - 0{n}/04/2020</p>", link(n))).collect();
    for tail in [
        format!("<table><tr><td colspan=2><b>Tin liên quan</b></td></tr>{rows}</table>"),
        format!("<table><tr><th>Ngày</th><th>Tin liên quan</th></tr>{dated}</table>"),
        format!("<div>{lines}</div>"),
        "<div>Từ khóa: <a href=/tim?q=a>nông thôn mới</a>, <a href=/tim?q=b>huyện</a></div>"
            .to_owned(),
    ] {
        let view =
            format!("<div>{}<p align=right><b>Hà Anh</b></p></div>{tail}", body("<p>", "</p>"));
        let got = read_view(&format!("<h2>{TITLE}</h2><p>07/04/2020</p>"), &view);
        assert_eq!((got.body.len(), got.authors), (3, vec!["Hà Anh".to_owned()]), "{tail}");
    }
}

#[test]
fn documents_in_a_table_are_attachments_with_their_names() {
    let row = |n: u8| {
        format!(
            "<tr><td>{n}</td><td>Kế hoạch số {n}</td><td>\
             <a href=/vb/{n}.pdf onclick='DispEx(this)'>Tải về</a></td></tr>"
        )
    };
    let table = format!(
        "<table><tr><th>STT</th><th>Tên tệp</th><th>Tải về</th></tr>{}{}</table>",
        row(1),
        row(2)
    );
    let got = read_view(
        &format!("<h2>{TITLE}</h2>"),
        &format!("<div>{}</div>{table}", body("<p>", "</p>")),
    );
    assert_eq!(got.body.len(), 3);
    let pair = |n: u8| (format!("/vb/{n}.pdf"), format!("Kế hoạch số {n}"));
    assert_eq!(got.attachments, [pair(1), pair(2)]);
}

#[test]
fn titles_are_found_among_what_stands_with_them() {
    let title = "Xã họp đánh giá kết quả nửa năm <img>";
    let shown = title.replace('<', "&lt;");
    let lead = format!("{LEAD} Buổi lễ có đại diện của huyện và của các xã bên cạnh cùng dự.");
    for (toolbar, want) in [
        (
            format!(
                "<button>In trang</button><span>{shown}</span> <span>(Thứ hai, ngày 6 tháng 4 năm \
                 2020, 14 giờ 5 phút)</span>"
            ),
            Some(title),
        ),
        (format!("<ul><li>{shown}</li><li>14:05 06/04/2020</li></ul>"), Some(title)),
        (
            format!(
                "<p><a href=/>Trang chủ</a> » <a href=/tin>Tin trong xã</a></p>\
                 <p>06/04/2020 14:05</p><p>{LEAD}</p>"
            ),
            None,
        ),
        (format!("<p>06/04/2020 14:05</p><p><b>{lead}</b></p>"), None),
    ] {
        let got = read_view(&toolbar, &format!("<div>{}</div>", body("<p>", "</p>")));
        assert_eq!(got.title.as_deref(), want, "{toolbar}");
        assert_eq!(
            got.published.map(|w| (w.date, w.time)),
            Some(((2020, 4, 6), Some((14, 5)))),
            "{toolbar}"
        );
    }
}
