package i18n

var trust = map[string]Message{
	"trust.read": {
		En: "{path} cannot be read",
		Vi: "không đọc được {path}",
	},
	"trust.no-certificates": {
		En: "there is no certificate in {path}; PEM, DER and PKCS#7 are read",
		Vi: "không có chứng thư nào trong {path}; hệ thống đọc được PEM, DER và PKCS#7",
	},
	"trust.bad-certificate": {
		En: "a certificate in {path} is damaged",
		Vi: "một chứng thư trong {path} bị hỏng",
	},
	"trust.too-large": {
		En: "{path} is larger than the {max} bytes that a certificate file may have",
		Vi: "{path} lớn hơn giới hạn {max} byte của một tệp chứng thư",
	},
	"trust.too-many": {
		En: "there are more than {max} certificates or files, which is the limit",
		Vi: "số chứng thư hoặc tệp vượt quá giới hạn {max}",
	},
	"trust.unknown-tree": {
		En: "there is no tree named {tree}; there are national, government and own",
		Vi: "không có cây tin cậy nào tên là {tree}; chỉ có national, government và own",
	},
	"trust.no-anchors": {
		En: "no certificate is trusted, so no certificate chain can be confirmed; give the root certificates to trust",
		Vi: "chưa có chứng thư gốc nào được tin cậy nên không thể xác nhận chuỗi chứng thư; hãy chỉ định chứng thư gốc cần tin cậy",
	},
	"trust.no-path": {
		En: "no chain leads from the certificate of {subject} to a trusted certificate",
		Vi: "không có chuỗi nào từ chứng thư của {subject} đến một chứng thư được tin cậy",
	},
	"trust.outside-validity": {
		En: "the certificate of {subject} was not valid at {at}: it is valid from {from} until {until}",
		Vi: "chứng thư của {subject} không có hiệu lực tại thời điểm {at}: hiệu lực từ {from} đến {until}",
	},
	"trust.weak-signature": {
		En: "the certificate of {subject} is signed with {algorithm}, which is not secure",
		Vi: "chứng thư của {subject} được ký bằng {algorithm}, một thuật toán không còn an toàn",
	},
	"trust.critical": {
		En: "a certificate in the chain of {subject} has a critical extension that is not understood ({oid})",
		Vi: "một chứng thư trong chuỗi của {subject} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"trust.invalid-path": {
		En: "the certificate chain is broken at {subject}: {reason}",
		Vi: "chuỗi chứng thư bị đứt tại {subject}: {reason}",
	},
}
