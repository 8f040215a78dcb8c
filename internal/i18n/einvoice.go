package i18n

var einvoice = map[string]Message{
	// Errors.
	"einvoice.slot-unknown": {
		En: "a document {document} has no slot {slot}",
		Vi: "tài liệu {document} không có vị trí ký {slot}",
	},
	"einvoice.slot-taken": {
		En: "{path} already holds a signature",
		Vi: "{path} đã có chữ ký",
	},
	"einvoice.slot-several": {
		En: "the slot {path} is there more than once",
		Vi: "vị trí ký {path} xuất hiện nhiều lần",
	},
	"einvoice.slot-absent": {
		En: "the document has no element {path}; since the signature covers all of the document, add the empty element before signing",
		Vi: "tài liệu chưa có phần tử {path}; vì chữ ký bao trùm toàn bộ tài liệu, hãy thêm phần tử rỗng này trước khi ký",
	},
	"einvoice.no-document": {
		En: "the file holds no document with a slot {slot}",
		Vi: "tệp không chứa tài liệu nào có vị trí ký {slot}",
	},
	"einvoice.which-document": {
		En: "the envelope holds {count} such documents; say which one by its number",
		Vi: "thông điệp chứa {count} tài liệu loại này; hãy chỉ rõ tài liệu theo số thứ tự",
	},
	"einvoice.data-missing": {
		En: "the element {path}, which is to be signed, is missing",
		Vi: "thiếu phần tử {path} là phần dữ liệu cần ký",
	},
	"einvoice.data-several": {
		En: "the element {path}, which is to be signed, is there more than once",
		Vi: "phần tử {path} là phần dữ liệu cần ký xuất hiện nhiều lần",
	},
	"einvoice.data-without-id": {
		En: "the element {path} has no Id, so a signature cannot name it",
		Vi: "phần tử {path} không có thuộc tính Id nên chữ ký không thể tham chiếu đến",
	},
	"einvoice.not-in-envelope": {
		En: "a signature at {slot} covers a whole file and cannot be made within an envelope",
		Vi: "chữ ký tại {slot} bao trùm cả tệp nên không thể ký khi tài liệu nằm trong thông điệp",
	},
	"einvoice.envelope": {
		En: "the envelope cannot be used: {reason}",
		Vi: "không dùng được thông điệp (TDiep): {reason}",
	},
	"einvoice.zip": {
		En: "no invoice can be read from the zip: {reason}",
		Vi: "không đọc được hóa đơn trong tệp zip: {reason}",
	},
	"einvoice.container": {
		En: "the zip is an ASiC container or an office document, not one that holds invoices",
		Vi: "tệp zip là gói ASiC hoặc tài liệu văn phòng, không phải tệp nén chứa hóa đơn",
	},
	"einvoice.nothing-left": {
		En: "the document is a signature: without it nothing would be left",
		Vi: "toàn bộ tài liệu là một chữ ký: bỏ chữ ký đi thì không còn gì",
	},
	"einvoice.form": {
		En: "the file {name} of the dossier cannot be used: {reason}",
		Vi: "không dùng được tệp {name} trong hồ sơ: {reason}",
	},
	"einvoice.option": {
		En: "the option {option} cannot be {value}",
		Vi: "tùy chọn {option} không thể là {value}",
	},
	"einvoice.read": {
		En: "the document could not be read",
		Vi: "không đọc được tài liệu",
	},
	"einvoice.write": {
		En: "the result could not be written",
		Vi: "không ghi được kết quả",
	},
	"einvoice.limit": {
		En: "the file exceeds a safety limit: at most {max} {what}",
		Vi: "tệp vượt quá giới hạn an toàn: tối đa {max} {what}",
	},
	// Findings.
	"einvoice.slot-empty": {
		En: "{path} has to be signed and is empty",
		Vi: "{path} bắt buộc phải có chữ ký nhưng đang để trống",
	},
	"einvoice.slot-missing": {
		En: "{path} has to be signed and is missing",
		Vi: "thiếu chữ ký bắt buộc tại {path}",
	},
	"einvoice.slot-double": {
		En: "{path} is there twice or holds two signatures",
		Vi: "{path} xuất hiện hai lần hoặc chứa hai chữ ký",
	},
	"einvoice.slot-other": {
		En: "{path} holds an element {name} that is no XML signature: if somebody has signed there, the signature was damaged",
		Vi: "{path} chứa phần tử {name} không phải là chữ ký XML: nếu đã có người ký tại đây thì chữ ký đã bị hỏng",
	},
	"einvoice.slot-tree": {
		En: "the certificate at {slot} should come from the {want} tree and comes from the {what} tree",
		Vi: "chứng thư số tại {slot} phải thuộc hệ thống {want} nhưng lại thuộc hệ thống {what}",
	},
	"einvoice.swapped": {
		En: "the signature was made for {path} in the same file and stands in {document}, where it means nothing",
		Vi: "chữ ký này được ký cho {path} trong cùng tệp nhưng lại nằm ở {document} nên không có giá trị cho tài liệu đó",
	},
	"einvoice.no-slot": {
		En: "the signature at {path} stands outside of all places where signatures belong",
		Vi: "chữ ký tại {path} nằm ngoài các vị trí ký theo quy định",
	},
	"einvoice.data-uncovered": {
		En: "the signature at {slot} does not cover {path}",
		Vi: "chữ ký tại {slot} không bao trùm {path}",
	},
	"einvoice.data-part": {
		En: "the buyer's signature covers parts of {path}, not all of it",
		Vi: "chữ ký của người mua chỉ bao trùm một phần của {path}",
	},
	"einvoice.data-moved": {
		En: "the signed part stands at {path}, not at {want}: what is shown may be something else",
		Vi: "phần dữ liệu đã ký nằm tại {path} chứ không phải {want}: nội dung hiển thị có thể là dữ liệu khác",
	},
	"einvoice.data-twice": {
		En: "{path} is there more than once, so what is shown may not be what was signed",
		Vi: "{path} xuất hiện nhiều lần nên nội dung hiển thị có thể không phải là nội dung đã ký",
	},
	"einvoice.whole-file": {
		En: "the signature at {slot} covers the whole file: any further signature or code breaks it",
		Vi: "chữ ký tại {slot} bao trùm cả tệp: mọi chữ ký hoặc mã thêm vào sau đều làm chữ ký này không còn hợp lệ",
	},
	"einvoice.code-missing": {
		En: "the invoice has no code of the tax authority (MCCQT), though its symbol {symbol} says that it has one",
		Vi: "hóa đơn không có mã của cơ quan thuế (MCCQT) trong khi ký hiệu {symbol} là hóa đơn có mã",
	},
	"einvoice.code-unexpected": {
		En: "the invoice has a code of the tax authority (MCCQT), though its symbol {symbol} says that it has none",
		Vi: "hóa đơn có mã của cơ quan thuế (MCCQT) trong khi ký hiệu {symbol} là hóa đơn không có mã",
	},
	"einvoice.symbol": {
		En: "the symbol {symbol} does not say whether the invoice has a code of the tax authority",
		Vi: "ký hiệu {symbol} không cho biết hóa đơn có mã hay không có mã của cơ quan thuế",
	},
	"einvoice.qr-unsigned": {
		En: "the QR code ({path}) is not signed: do not rely on what it says",
		Vi: "mã QR ({path}) không được ký: không nên căn cứ vào nội dung mã này",
	},
	"einvoice.part-unsigned": {
		En: "{path} is not signed by anyone",
		Vi: "{path} không được chữ ký nào bao trùm",
	},
	"einvoice.stylesheet": {
		En: "a stylesheet, which is not signed, decides how the file is shown",
		Vi: "cách hiển thị tệp do một stylesheet không được ký quyết định",
	},
	"einvoice.time-missing": {
		En: "the signature has no signing time",
		Vi: "chữ ký không có thời điểm ký",
	},
	"einvoice.time-unreadable": {
		En: "the signing time {value} cannot be read",
		Vi: "không đọc được thời điểm ký {value}",
	},
	"einvoice.time-unsigned": {
		En: "the signing time {value} is not among what was signed: anyone may have changed it",
		Vi: "thời điểm ký {value} không nằm trong phần được ký nên có thể đã bị sửa",
	},
	"einvoice.time-zone": {
		En: "the signing time {value} claims to be UTC and would lie in the future: it is taken for Vietnam's time",
		Vi: "thời điểm ký {value} ghi là giờ UTC nhưng như vậy sẽ ở tương lai: được hiểu là giờ Việt Nam",
	},
	"einvoice.time-future": {
		En: "the signing time {value} lies in the future: the clock of the computer that signed was wrong, or the time was made up",
		Vi: "thời điểm ký {value} ở tương lai: đồng hồ của máy ký bị sai hoặc thời điểm không có thật",
	},
	"einvoice.date-unreadable": {
		En: "the invoice does not say on which day it was made (NLap: {value}), so it cannot be told whether it was signed in time",
		Vi: "hóa đơn không ghi ngày lập hợp lệ (NLap: {value}) nên không xác định được có ký đúng hạn hay không",
	},
	"einvoice.time-before": {
		En: "the invoice was signed on {value}, before the day on which it was made ({date})",
		Vi: "hóa đơn được ký ngày {value}, trước ngày lập hóa đơn ({date})",
	},
	"einvoice.time-late": {
		En: "the invoice of {date} was signed on {value}, after the next working day ({until})",
		Vi: "hóa đơn lập ngày {date} được ký ngày {value}, muộn hơn ngày làm việc tiếp theo ({until})",
	},
	"einvoice.tax-code": {
		En: "the certificate belongs to tax code {signer}, the document says {document}",
		Vi: "chứng thư số thuộc mã số thuế {signer}, còn trên tài liệu là {document}",
	},
	"einvoice.tax-code-none": {
		En: "the certificate carries no tax code, the document says {document}",
		Vi: "chứng thư số không có mã số thuế, còn trên tài liệu là {document}",
	},
	"einvoice.delegated": {
		En: "signed by {delegate}, who issues invoices for the seller {document}",
		Vi: "do {delegate} ký theo ủy nhiệm lập hóa đơn của người bán {document}",
	},
	"einvoice.unregistered": {
		En: "the certificate with serial number {serial} is not among those registered with the tax authority",
		Vi: "chứng thư số có số sê-ri {serial} chưa được đăng ký với cơ quan thuế",
	},
	"einvoice.hint": {
		En: "a hint, not a verdict: {uri} would be intact with {what}[[ and {detail}]]",
		Vi: "gợi ý, không phải kết luận: {uri} sẽ khớp nếu {what}[[ và {detail}]]",
	},
	"einvoice.enveloped": {
		En: "the signature names a transform that leaves nothing of its own properties to be signed, and was computed without it; it is taken for intact because you allowed that",
		Vi: "chữ ký khai báo phép biến đổi khiến phần thuộc tính của chính nó không còn gì để ký, nhưng lại tính không dùng phép này; được chấp nhận vì bạn đã cho phép",
	},
	"einvoice.exclusive": {
		En: "the signature names inclusive canonicalisation and was computed with the exclusive one; it is taken for intact because you allowed that",
		Vi: "chữ ký khai báo chuẩn tắc hóa thông thường (inclusive) nhưng lại tính theo dạng exclusive; được chấp nhận vì bạn đã cho phép",
	},
}

// einvoiceTerms are the words of xml/einvoice.
var einvoiceTerms = map[string]string{
	"national":   "chứng thực quốc gia",
	"government": "chuyên dùng Chính phủ",

	"documents in an envelope":                               "tài liệu trong một thông điệp",
	"octets of a document whose namespaces have to be moved": "byte của một tài liệu cần chuyển không gian tên",
	"octets of a zip":                                        "byte của tệp zip",
	"files in a zip":                                         "tệp trong tệp zip",
	"octets of an invoice in a zip":                          "byte của hóa đơn trong tệp zip",
	"octets of the invoices in a zip":                        "byte của các hóa đơn trong tệp zip",
	"octets of a form":                                       "byte của một tờ khai",
	"octets of a dossier":                                    "byte của một hồ sơ",
	"files in a dossier":                                     "tệp trong một hồ sơ",

	"a document to be put into an envelope is one":       "tài liệu cần đóng gói đã là một thông điệp",
	"a large document is not in UTF-8":                   "tài liệu lớn không dùng bảng mã UTF-8",
	"the root element is no TDiep with a DLieu in it":    "phần tử gốc không phải là TDiep có chứa DLieu",
	"it is no zip that can be read":                      "không phải là tệp zip đọc được",
	"the invoice in it is encrypted":                     "hóa đơn bên trong bị mã hóa",
	"the invoice in it cannot be unpacked":               "không giải nén được hóa đơn bên trong",
	"it has two files of one name":                       "có hai tệp trùng tên",
	"it has two invoices":                                "có hai hóa đơn",
	"it has several .xml files and none is invoice.xml":  "có nhiều tệp .xml nhưng không có tệp invoice.xml",
	"it has no .xml file":                                "không có tệp .xml nào",
	"it is no file for the health insurance":             "không phải là tệp gửi giám định bảo hiểm y tế",
	"the number of records is not the one that is given": "số lượng hồ sơ không khớp với giá trị khai báo",
	"it is no dossier":                                   "không phải là hồ sơ bảo hiểm xã hội",
	"it is missing":                                      "bị thiếu",
	"its content is not base64":                          "nội dung không phải là base64",
	"its length is not the one that is given":            "độ dài không khớp với giá trị khai báo",

	"no namespaces from the elements around it":                      "không có không gian tên nào từ các phần tử bao ngoài",
	"only its own namespace from the elements around it":             "chỉ có không gian tên của chính nó từ các phần tử bao ngoài",
	"xmlns:xsi and xmlns:xsd declared around it":                     "phần tử bao ngoài khai báo xmlns:xsi và xmlns:xsd",
	"xmlns:xsi declared around it":                                   "phần tử bao ngoài khai báo xmlns:xsi",
	"xmlns:xsd declared around it":                                   "phần tử bao ngoài khai báo xmlns:xsd",
	"exclusive canonicalisation instead of the one it names":         "dùng chuẩn tắc hóa exclusive thay cho dạng đã khai báo",
	"nothing declared around it, as with exclusive canonicalisation": "phần tử bao ngoài không khai báo gì, như khi dùng chuẩn tắc hóa exclusive",
	"its enveloped-signature transform left out":                     "bỏ phép biến đổi enveloped-signature",
	"its text as it is":                                              "giữ nguyên nội dung",
	"a CR at the end of each line":                                   "mỗi cuối dòng có thêm ký tự CR",
	"no CR at the end of lines":                                      "không có ký tự CR ở cuối dòng",
	"letters and their accents as one character (NFC)":               "chữ có dấu ở dạng dựng sẵn (NFC)",
	"letters and their accents apart (NFD)":                          "chữ có dấu ở dạng tổ hợp (NFD)",
	"no blanks between elements":                                     "không có khoảng trắng giữa các phần tử",
	"no blanks at the ends of values":                                "không có khoảng trắng ở đầu và cuối giá trị",
}
