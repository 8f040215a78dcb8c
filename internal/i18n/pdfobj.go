package i18n

var pdfobj = map[string]Message{
	"pdfobj.not-pdf": {
		En: "the file is not a PDF",
		Vi: "tệp không phải là PDF",
	},
	"pdfobj.empty": {
		En: "the file is empty",
		Vi: "tệp rỗng",
	},
	"pdfobj.damaged": {
		En: "the PDF is too damaged: its cross-reference table is broken and no document was found by searching",
		Vi: "tệp PDF hỏng quá nặng: bảng tham chiếu bị lỗi và không tìm thấy tài liệu trong tệp",
	},
	"pdfobj.doubtful": {
		En: "the PDF is damaged in several ways, so that programs may show different content; save it anew in a PDF program and use that copy",
		Vi: "tệp PDF hỏng ở nhiều chỗ nên mỗi phần mềm có thể hiển thị một nội dung khác nhau; hãy lưu lại tệp bằng một phần mềm PDF rồi dùng bản mới",
	},
	"pdfobj.syntax": {
		En: "object {object} at offset {offset} of the PDF is malformed",
		Vi: "đối tượng {object} tại vị trí {offset} của tệp PDF sai cú pháp",
	},
	"pdfobj.filter": {
		En: "a stream of the PDF cannot be decoded (filter {filter})",
		Vi: "không giải nén được một luồng dữ liệu của tệp PDF (bộ lọc {filter})",
	},
	"pdfobj.limit": {
		En: "the PDF exceeds a safety limit: {what}, at most {max}",
		Vi: "tệp PDF vượt quá giới hạn an toàn: tối đa {max} {what}",
	},
	"pdfobj.read": {
		En: "the file cannot be read",
		Vi: "không đọc được tệp",
	},
	"pdfobj.cycle": {
		En: "object {object} of the PDF refers back to itself",
		Vi: "đối tượng {object} của tệp PDF tham chiếu vòng lại chính nó",
	},
	"pdfobj.type": {
		En: "object {object} of the PDF is not what its place asks for ({want})",
		Vi: "đối tượng {object} của tệp PDF không đúng loại cần có ({want})",
	},
	"pdfobj.no-revision": {
		En: "the PDF has no revision {revision}",
		Vi: "tệp PDF không có phiên bản số {revision}",
	},
	"pdfobj.update": {
		En: "the addition to the PDF cannot be written: {reason}",
		Vi: "không ghi được phần bổ sung vào tệp PDF: {reason}",
	},
}
