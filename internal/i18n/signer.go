package i18n

var signer = map[string]Message{
	"signer.pin-incorrect": {
		En: "the PIN is wrong; tries left: {tries}",
		Vi: "mã PIN không đúng; số lần thử còn lại: {tries}",
	},
	"signer.pin-locked": {
		En: "the PIN is locked after too many wrong tries; ask the provider of the certificate to unlock it",
		Vi: "mã PIN đã bị khóa do nhập sai quá nhiều lần; hãy liên hệ nhà cung cấp chứng thư số để mở khóa",
	},
	"signer.pin-expired": {
		En: "the PIN has expired and has to be changed first",
		Vi: "mã PIN đã hết hạn, cần đổi mã PIN trước khi ký",
	},
	"signer.certificate-expired": {
		En: "the certificate of {subject} expired on {not_after}",
		Vi: "chứng thư số của {subject} đã hết hạn từ {not_after}",
	},
	"signer.certificate-not-yet-valid": {
		En: "the certificate of {subject} is not valid before {not_before}",
		Vi: "chứng thư số của {subject} chưa có hiệu lực trước {not_before}",
	},
	"signer.certificate-suspended": {
		En: "the certificate of {subject} is suspended (since {since})",
		Vi: "chứng thư số của {subject} đang bị tạm dừng (từ {since})",
	},
	"signer.certificate-revoked": {
		En: "the certificate of {subject} is revoked (since {since}, reason: {reason})",
		Vi: "chứng thư số của {subject} đã bị thu hồi (từ {since}, lý do: {reason})",
	},
	"signer.certificate-unsuitable": {
		En: "the certificate of {subject} is not meant for signing documents ({reason})",
		Vi: "chứng thư số của {subject} không dùng để ký tài liệu ({reason})",
	},
	"signer.key-not-found": {
		En: "no matching signing key was found",
		Vi: "không tìm thấy khóa ký phù hợp",
	},
	"signer.key-mismatch": {
		En: "the certificate does not belong to the private key",
		Vi: "chứng thư số không thuộc về khóa bí mật này",
	},
	"signer.ambiguous": {
		En: "{count} keys match, choose one of them: {candidates}",
		Vi: "có {count} khóa phù hợp, hãy chọn một trong số đó: {candidates}",
	},
	"signer.refused": {
		En: "the person asked to sign refused",
		Vi: "người được yêu cầu ký đã từ chối",
	},
	"signer.expired": {
		En: "nobody confirmed the signature in time",
		Vi: "yêu cầu ký đã hết hạn vì không được xác nhận kịp thời",
	},
	"signer.cancelled": {
		En: "signing was cancelled",
		Vi: "việc ký đã bị hủy",
	},
	"signer.unavailable": {
		En: "the signing key, device or service cannot be reached",
		Vi: "không kết nối được với khóa, thiết bị hoặc dịch vụ ký",
	},
	"signer.outcome-unknown": {
		En: "it is not known whether the service signed (operation {operation}); ask it before trying again",
		Vi: "không rõ dịch vụ đã ký hay chưa (giao dịch {operation}); hãy kiểm tra với dịch vụ trước khi thử lại",
	},
	"signer.quota": {
		En: "the number of signatures allowed is used up",
		Vi: "đã dùng hết số lượt ký được phép",
	},
	"signer.protocol": {
		En: "the signing device or service broke its own protocol: {reason}",
		Vi: "thiết bị hoặc dịch vụ ký trả lời sai giao thức: {reason}",
	},
	"signer.signature-invalid": {
		En: "the {algorithm} signature that the key returned does not verify under its certificate",
		Vi: "chữ ký {algorithm} mà khóa trả về không đúng với chứng thư số của nó",
	},
	"signer.batch-count": {
		En: "{want} signatures were asked for and {got} were returned",
		Vi: "đã yêu cầu {want} chữ ký nhưng nhận được {got}",
	},
	"signer.no-certificate": {
		En: "the signing key comes without a certificate",
		Vi: "khóa ký không kèm theo chứng thư số",
	},
	"signer.unsupported-algorithm": {
		En: "the key cannot sign with {algorithm}",
		Vi: "khóa không ký được bằng {algorithm}",
	},
	"signer.message-only": {
		En: "an Ed25519 key signs the message itself and not a digest of it, and this signer takes only digests",
		Vi: "khóa Ed25519 ký trực tiếp lên dữ liệu chứ không ký lên giá trị băm, còn bộ ký này chỉ nhận giá trị băm",
	},
	"signer.digest-length": {
		En: "a {hash} digest has {want} bytes, and {got} were given",
		Vi: "giá trị băm {hash} phải dài {want} byte, nhưng nhận được {got} byte",
	},
	"signer.request": {
		En: "the signing request makes no sense",
		Vi: "yêu cầu ký không hợp lệ",
	},
	"signer.no-options": {
		En: "the signing request does not say which hash was used",
		Vi: "yêu cầu ký không cho biết thuật toán băm nào được dùng",
	},
	"signer.digest-or-message": {
		En: "a signing request carries either a digest or a message",
		Vi: "yêu cầu ký phải mang hoặc giá trị băm hoặc dữ liệu cần ký, không phải cả hai",
	},
}
