package i18n

var der = map[string]Message{
	"der.truncated": {
		En: "the data ends at byte {offset}, inside an element that announces more ({what})",
		Vi: "dữ liệu kết thúc ở byte {offset} trong khi phần tử chưa hết ({what})",
	},
	"der.malformed": {
		En: "the data at byte {offset} is not valid ASN.1 ({what})",
		Vi: "dữ liệu tại byte {offset} không đúng cú pháp ASN.1 ({what})",
	},
	"der.not-der": {
		En: "the data at byte {offset} is not encoded in DER, as it must be ({what})",
		Vi: "dữ liệu tại byte {offset} không được mã hóa theo DER như quy định ({what})",
	},
	"der.unexpected": {
		En: "at byte {offset} another element was expected: {what}",
		Vi: "tại byte {offset} cần có phần tử khác: {what}",
	},
	"der.trailing": {
		En: "something follows the end of the data, at byte {offset}",
		Vi: "có dữ liệu thừa sau phần cuối, tại byte {offset}",
	},
	"der.depth": {
		En: "the data is nested too deeply at byte {offset}",
		Vi: "dữ liệu lồng nhau quá sâu tại byte {offset}",
	},
	"der.too-large": {
		En: "an element at byte {offset} is larger than kyso keeps in memory",
		Vi: "phần tử tại byte {offset} lớn hơn mức mà kyso giữ trong bộ nhớ",
	},
	"der.read": {
		En: "the data could not be read",
		Vi: "không đọc được dữ liệu",
	},
}
