//! How the inside of a page's blocks is written, in several forms.

/// How the inside of the blocks is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it was at first.
    First,
    /// Tables in the place of divisions, the same words.
    Tables,
    /// Other classes, other words round the article.
    Words,
    /// Counters and tools stand over the title, the date below the text.
    Order,
    /// The title stands in the block of the body.
    Moved,
    /// The same markup with other labels.
    Labels,
    /// The same markup and words, with another label of the author.
    Author,
    /// Other articles stand below the text, under a heading that nobody knows.
    Related,
    /// Text between line breaks, no classes.
    Bare,
    /// Another article's beginning stands in the text, with nothing that tells it.
    Mixed,
}

impl Form {
    /// Those in which an article can be told.
    pub const CLEAR: [Form; 8] = [
        Form::Tables,
        Form::Words,
        Form::Order,
        Form::Moved,
        Form::Labels,
        Form::Author,
        Form::Related,
        Form::Bare,
    ];

    /// The inside of the blocks of title and body, with names in the place of what they say.
    pub fn inside(self) -> [&'static str; 2] {
        INSIDES.into_iter().find(|(form, _)| *form == self).unwrap().1
    }
}

const INSIDES: [(Form, [&str; 2]); 10] = [
    (
        Form::First,
        [
            "<div class='bar'><span class='d'>DATE</span></div><h1 class='tit'>TITLE</h1>\
             <div class='luot'>Bạn là khách thứ SEEN</div>",
            "<div class='khung'><div class='noi'>TEXT</div><p class='ky'>Tác giả: AUTHOR</p></div>\
             <div class='sao'>Mời chấm điểm cho tin này</div>",
        ],
    ),
    (
        Form::Tables,
        [
            "<table class='tb'><tr><td class='tb-d'>DATE</td><td>Bạn là khách thứ SEEN</td></tr>\
             <tr><td class='tb-t'><b>TITLE</b></td></tr></table>",
            "<table class='bt'><tr><td class='bt-n'>TEXT<p>Tác giả: AUTHOR</p></td></tr>\
             <tr><td class='bt-s'>Mời chấm điểm cho tin này</td></tr></table>",
        ],
    ),
    (
        Form::Words,
        [
            "<div class='head'><h2 class='head-t'>TITLE</h2><i class='when'>DATE</i>\
             <div class='tools'>Phóng to khổ chữ</div><div>Độc giả ghé qua: SEEN</div></div>",
            "<div class='main'><div class='say'>Nghe bài này bằng giọng đọc</div>\
             <div class='text'>TEXT</div><p class='by'>Tác giả: AUTHOR</p>\
             <div class='rate'>Hãy tặng sao cho bài</div>\
             <div class='rate'>Đã có SEEN ngôi sao</div></div>",
        ],
    ),
    (
        Form::Order,
        [
            "<ul class='cc'><li>Phóng to khổ chữ</li><li>Độc giả ghé qua SEEN lượt</li></ul>\
             <div class='ct'><strong>TITLE</strong></div>\
             <div class='cn'>Bài được chia sẻ SEEN lần</div>",
            "<div class='box'><div class='box-n'>TEXT</div><div class='box-k'><p>AUTHOR</p>\
             <p>DATE</p><p>Hãy tặng sao cho bài</p></div></div>",
        ],
    ),
    (
        Form::Moved,
        [
            "<div class='thanh'><span>DATE</span><span>Độc giả ghé qua: SEEN</span></div>",
            "<div class='bai'><h2 class='bai-t'>TITLE</h2><div class='bai-c'>Phóng to khổ chữ\
             </div><div class='bai-n'>TEXT</div><p>Tác giả: AUTHOR</p>\
             <div class='bai-s'>Hãy tặng sao cho bài</div></div>",
        ],
    ),
    (
        Form::Labels,
        [
            "<div class='bar'><span class='d'>Lên trang lúc: DATE</span></div>\
             <h1 class='tit'>TITLE</h1><div class='luot'>Độc giả ghé qua: SEEN</div>",
            "<div class='khung'><div class='noi'>TEXT</div><p class='ky'>Cây bút: AUTHOR</p></div>\
             <div class='sao'>Hãy tặng sao cho bài</div>",
        ],
    ),
    (
        Form::Author,
        [
            "<div class='bar'><span class='d'>DATE</span></div><h1 class='tit'>TITLE</h1>\
             <div class='luot'>Bạn là khách thứ SEEN</div>",
            "<div class='khung'><div class='noi'>TEXT</div><p class='ky'>Cây bút: AUTHOR</p></div>\
             <div class='sao'>Mời chấm điểm cho tin này</div>",
        ],
    ),
    (
        Form::Related,
        [
            "<div class='top'><h1 class='top-t'>TITLE</h1><em>DATE</em></div>\
             <div class='top-s'>Độc giả ghé qua: SEEN</div>",
            "<div class='body'><div class='body-n'>TEXT</div><p>Tác giả: AUTHOR</p>\
             <div class='ngoai'><h4>Mời xem thêm chuyện khác</h4><ul>OTHERS</ul></div></div>",
        ],
    ),
    (
        Form::Bare,
        [
            "DATE<br>TITLE<br>Độc giả ghé qua: SEEN",
            "BROKEN<br><br>Tác giả: AUTHOR<br><br>Hãy tặng sao cho bài<br>Đã có SEEN ngôi sao",
        ],
    ),
    (
        Form::Mixed,
        [
            "<div class='mx'><h1 class='mx-t'>TITLE</h1><i>DATE</i></div>",
            "<div class='mx-b'>TEXT<p>ANOTHER</p><p>Tác giả: AUTHOR</p></div>",
        ],
    ),
];
