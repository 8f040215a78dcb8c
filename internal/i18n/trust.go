package i18n

var trust = map[string]Message{
	"trust.read": {
		En: "{path} cannot be read",
		Vi: "không đọc được {path}",
	},
	"trust.no-certificates": {
		En: "there is no certificate in {path}; certificates are read as PEM, DER or PKCS#7",
		Vi: "không có chứng thư số nào trong {path}; chỉ đọc được dạng PEM, DER và PKCS#7",
	},
	"trust.bad-certificate": {
		En: "a certificate in {path} is damaged",
		Vi: "một chứng thư số trong {path} bị hỏng",
	},
	"trust.too-large": {
		En: "{path} is larger than the {max} bytes that a certificate file may have",
		Vi: "{path} lớn hơn giới hạn {max} byte của một tệp chứng thư số",
	},
	"trust.too-many": {
		En: "there are more than {max} certificates or files, which is the limit",
		Vi: "có quá nhiều chứng thư số hoặc tệp (giới hạn {max})",
	},
	"trust.no-evidence": {
		En: "there is neither a certificate nor a CRL nor an OCSP response in {path}",
		Vi: "trong {path} không có chứng thư số, danh sách thu hồi (CRL) hay phản hồi OCSP nào",
	},
	"trust.bad-record": {
		En: "the evidence record is damaged[[: {entry}]]",
		Vi: "tệp lưu bằng chứng kiểm tra bị hỏng[[: {entry}]]",
	},
	"trust.write": {
		En: "the evidence record could not be written",
		Vi: "không ghi được tệp lưu bằng chứng kiểm tra",
	},
	"trust.unknown-tree": {
		En: "there is no tree named {tree}; there are national, government and own",
		Vi: "không có nguồn tin cậy nào tên là {tree}; chỉ có national, government và own",
	},
	"trust.no-anchors": {
		En: "no certificate is trusted, so no certificate chain can be confirmed; give the root certificates to trust",
		Vi: "chưa có chứng thư số gốc nào được tin cậy nên không thể xác nhận chuỗi chứng thư số; hãy chỉ định chứng thư số gốc cần tin cậy",
	},
	"trust.no-path": {
		En: "no chain leads from the certificate of {subject} to a trusted certificate",
		Vi: "không có chuỗi nào từ chứng thư số của {subject} đến một chứng thư số được tin cậy",
	},
	"trust.outside-validity": {
		En: "the certificate of {subject} was not valid at {at}: it is valid from {from} until {until}",
		Vi: "chứng thư số của {subject} không có hiệu lực tại thời điểm {at}: hiệu lực từ {from} đến {until}",
	},
	"trust.weak-signature": {
		En: "the certificate of {subject} is signed with {algorithm}, which is not secure",
		Vi: "chứng thư số của {subject} được ký bằng {algorithm}, là thuật toán không còn an toàn",
	},
	"trust.critical": {
		En: "a certificate in the chain of {subject} has a critical extension that is not understood ({oid})",
		Vi: "một chứng thư số trong chuỗi của {subject} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"trust.invalid-path": {
		En: "the certificate chain does not hold at {subject}: {reason}",
		Vi: "chuỗi chứng thư số không hợp lệ tại {subject}: {reason}",
	},
}
