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
}

// einvoiceTerms are the words of xml/einvoice.
var einvoiceTerms = map[string]string{
	"documents in an envelope": "tài liệu trong một thông điệp",
}
