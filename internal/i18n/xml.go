package i18n

var xml = map[string]Message{
	// Errors.
	"xml.malformed": {
		En: "this is not well-formed XML: {reason} (byte {offset})",
		Vi: "đây không phải là XML đúng cú pháp: {reason} (byte thứ {offset})",
	},
	"xml.namespace": {
		En: "the XML breaks the rules of namespaces: {reason} (byte {offset})",
		Vi: "XML vi phạm quy tắc về không gian tên (namespace): {reason} (byte thứ {offset})",
	},
	"xml.doctype": {
		En: "the XML has a document type declaration (DOCTYPE, byte {offset}), which kyso does not read because it can change what the document says",
		Vi: "XML có khai báo kiểu tài liệu (DOCTYPE, byte thứ {offset}); kyso không đọc vì khai báo này có thể làm thay đổi nội dung tài liệu",
	},
	"xml.entity": {
		En: "the XML refers to the entity {name}, which is not defined (byte {offset})",
		Vi: "XML tham chiếu thực thể {name} chưa được định nghĩa (byte thứ {offset})",
	},
	"xml.encoding": {
		En: "the encoding of the XML cannot be used: {reason}",
		Vi: "không dùng được bảng mã của XML: {reason}",
	},
	"xml.version": {
		En: "the document is XML {version}; kyso reads XML 1.0",
		Vi: "tài liệu là XML {version}; kyso chỉ đọc XML 1.0",
	},
	"xml.limit": {
		En: "the XML exceeds a safety limit: at most {max} {what}",
		Vi: "XML vượt quá giới hạn an toàn: tối đa {max} {what}",
	},
	"xml.read": {
		En: "the document could not be read",
		Vi: "không đọc được tài liệu",
	},
	"xml.write": {
		En: "the result could not be written",
		Vi: "không ghi được kết quả",
	},
	"xml.relative-namespace": {
		En: "the namespace {value} is a relative address, for which no canonical form exists",
		Vi: "không gian tên {value} là địa chỉ tương đối nên không có dạng chuẩn tắc",
	},
	"xml.canonicalization": {
		En: "the canonicalisation algorithm {algorithm} is not supported",
		Vi: "không hỗ trợ thuật toán chuẩn tắc hóa {algorithm}",
	},
	"xml.not-found": {
		En: "no element has the Id {id}",
		Vi: "không có phần tử nào có Id {id}",
	},
	"xml.ambiguous": {
		En: "several elements have the Id {id}, so it is not certain what is meant",
		Vi: "có nhiều phần tử cùng Id {id} nên không xác định được phần tử nào được nói đến",
	},
	"xml.option": {
		En: "the option {option} cannot be {value}",
		Vi: "tùy chọn {option} không thể là {value}",
	},
}
