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
	"trust.not-a-folder": {
		En: "{path} is not a folder, and a trust store is one",
		Vi: "{path} không phải là thư mục, trong khi kho chứng thư số tin cậy phải là thư mục",
	},
	"trust.folder": {
		En: "the trust store cannot be changed: {path} cannot be written",
		Vi: "không thay đổi được kho chứng thư số tin cậy: không ghi được {path}",
	},
	"trust.bad-index": {
		En: "the index {path} of the trust store is damaged; restore it, or delete it to lose only where the certificates came from",
		Vi: "tệp chỉ mục {path} của kho chứng thư số tin cậy bị hỏng; hãy khôi phục, hoặc xóa tệp này (chỉ mất thông tin về nguồn của các chứng thư số)",
	},
	"trust.no-entry": {
		En: "no certificate in the trust store has the SHA-256 {id}; at least its first eight digits are needed",
		Vi: "không có chứng thư số nào trong kho tin cậy có SHA-256 {id}; cần ít nhất tám chữ số đầu",
	},
	"trust.several-entries": {
		En: "{count} certificates in the trust store have a SHA-256 that begins with {id}; give more of it",
		Vi: "có {count} chứng thư số trong kho tin cậy có SHA-256 bắt đầu bằng {id}; hãy ghi thêm chữ số",
	},
	"trust.shared-file": {
		En: "the file {path} holds other certificates too; take this one out of it by hand",
		Vi: "tệp {path} còn chứa chứng thư số khác; hãy tự xóa chứng thư số này khỏi tệp",
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
		En: "the certificate of {subject} is signed with {algorithm}, which is not secure[[ any more since {until}]]",
		Vi: "chứng thư số của {subject} được ký bằng {algorithm}, là thuật toán không còn an toàn[[ kể từ {until}]]",
	},
	"trust.critical": {
		En: "a certificate in the chain of {subject} has a critical extension that is not understood ({oid})",
		Vi: "một chứng thư số trong chuỗi của {subject} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"trust.invalid-path": {
		En: "the certificate chain does not hold at {subject}: {reason}",
		Vi: "chuỗi chứng thư số không hợp lệ tại {subject}: {reason}",
	},
	"trust.revoked": {
		En: "the certificate of {subject} was revoked at {at}[[ ({reason})]]",
		Vi: "chứng thư số của {subject} đã bị thu hồi từ {at}[[ ({reason})]]",
	},
	"trust.suspended": {
		En: "the certificate of {subject} has been suspended since {at}: it may become valid again or be revoked",
		Vi: "chứng thư số của {subject} đang bị tạm dừng từ {at}: có thể được khôi phục hoặc bị thu hồi",
	},
	"trust.stale": {
		En: "what is known of the certificate of {subject} holds until {until} only, and is too old for {at}",
		Vi: "thông tin thu hồi của chứng thư số của {subject} chỉ có giá trị đến {until}, đã quá cũ so với thời điểm {at}",
	},
	"trust.unknown-status": {
		En: "the issuer's service does not know the certificate of {subject}",
		Vi: "dịch vụ của đơn vị cấp không biết chứng thư số của {subject}",
	},
	"trust.unchecked": {
		En: "whether the certificate of {subject} is revoked could not be checked",
		Vi: "không kiểm tra được chứng thư số của {subject} có bị thu hồi hay không",
	},
	"trust.expired": {
		En: "the certificate of {subject} had expired at {at}: it was valid until {until}, and was not revoked until then",
		Vi: "chứng thư số của {subject} đã hết hạn tại thời điểm {at}: có hiệu lực đến {until} và không bị thu hồi trong thời gian đó",
	},
	"trust.useless-answer": {
		En: "the revocation data of {issuer} of {at} does not serve: {reason}",
		Vi: "dữ liệu thu hồi của {issuer} lúc {at} không dùng được: {reason}",
	},
	"trust.tangled": {
		En: "the status of the certificate of {subject} depends on itself or on too many others",
		Vi: "tình trạng chứng thư số của {subject} phụ thuộc vào chính nó hoặc vào quá nhiều chứng thư số khác",
	},
	"trust.offline": {
		En: "nothing tells whether the certificate of {subject} is revoked, and nothing may be fetched from the network",
		Vi: "không có dữ liệu thu hồi nào của chứng thư số của {subject} và không được phép tải từ mạng",
	},
	"trust.no-address": {
		En: "the certificate of {subject} does not say where its status can be asked",
		Vi: "chứng thư số của {subject} không ghi địa chỉ tra cứu tình trạng",
	},
	"trust.address": {
		En: "an address in a certificate is not fetched: only http and https are, not {scheme}",
		Vi: "không truy cập một địa chỉ ghi trong chứng thư số: chỉ hỗ trợ http và https, không hỗ trợ {scheme}",
	},
	"trust.fetch": {
		En: "nothing of use came from {url}",
		Vi: "không lấy được dữ liệu dùng được từ {url}",
	},
	"trust.too-many-fetches": {
		En: "checking one certificate would take more than {max} requests, which is the limit",
		Vi: "việc kiểm tra một chứng thư số cần hơn {max} yêu cầu mạng (đã đến giới hạn)",
	},
	"trust.http-status": {
		En: "{url} answered with HTTP status {status}",
		Vi: "{url} trả lời với mã HTTP {status}",
	},
}
