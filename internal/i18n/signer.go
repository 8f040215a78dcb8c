package i18n

var signer = map[string]Message{
	"signer.pin-incorrect": {
		En: "the PIN is wrong[[; tries left: {tries}]]",
		Vi: "mã PIN không đúng[[; số lần thử còn lại: {tries}]]",
	},
	"signer.pin-locked": {
		En: "the PIN is locked after too many wrong tries; ask the provider of the certificate to unlock it",
		Vi: "mã PIN đã bị khóa do nhập sai quá nhiều lần; hãy liên hệ nhà cung cấp chứng thư số để mở khóa",
	},
	"signer.pin-expired": {
		En: "the PIN has expired; change it and sign again",
		Vi: "mã PIN đã hết hạn; hãy đổi mã PIN rồi ký lại",
	},
	"signer.certificate-expired": {
		En: "the certificate[[ of {subject}]] has expired[[ (on {not_after})]]; renew it or sign with another one",
		Vi: "chứng thư số[[ của {subject}]] đã hết hạn[[ (lúc {not_after})]]; hãy gia hạn hoặc ký bằng chứng thư số khác",
	},
	"signer.certificate-not-yet-valid": {
		En: "the certificate[[ of {subject}]] is not valid yet[[; it will be from {not_before}]]",
		Vi: "chứng thư số[[ của {subject}]] chưa có hiệu lực[[; chứng thư số có hiệu lực từ {not_before}]]",
	},
	"signer.certificate-suspended": {
		En: "the certificate[[ of {subject}]] is suspended[[ (since {since})]]; ask its provider to resume it",
		Vi: "chứng thư số[[ của {subject}]] đang bị tạm dừng[[ (từ {since})]]; hãy liên hệ nhà cung cấp chứng thư số để khôi phục",
	},
	"signer.certificate-revoked": {
		En: "the certificate[[ of {subject}]] is revoked[[ (since {since})]][[, reason: {reason}]]; sign with another one",
		Vi: "chứng thư số[[ của {subject}]] đã bị thu hồi[[ (từ {since})]][[, lý do: {reason}]]; hãy ký bằng chứng thư số khác",
	},
	"signer.certificate-unsuitable": {
		En: "the certificate[[ of {subject}]] is not meant for signing documents[[ ({reason})]]; sign with another one",
		Vi: "chứng thư số[[ của {subject}]] không dùng để ký tài liệu[[ ({reason})]]; hãy ký bằng chứng thư số khác",
	},
	"signer.certificate-unchecked": {
		En: "it could not be found out whether the certificate[[ of {subject}]] is revoked, so nothing was signed; try again, or give the revocation data",
		Vi: "không xác định được chứng thư số[[ của {subject}]] có bị thu hồi hay không nên chưa ký; hãy thử lại hoặc cung cấp dữ liệu thu hồi",
	},
	"signer.key-not-found": {
		En: "no matching signing key was found",
		Vi: "không tìm thấy khóa ký phù hợp",
	},
	"signer.key-mismatch": {
		En: "the certificate does not belong to the private key",
		Vi: "chứng thư số không khớp với khóa bí mật",
	},
	"signer.ambiguous": {
		En: "{count} keys match, choose one of them: {candidates}",
		Vi: "có {count} khóa phù hợp, hãy chọn một trong số đó: {candidates}",
	},
	"signer.refused": {
		En: "the person asked to sign has refused",
		Vi: "người được yêu cầu ký đã từ chối",
	},
	"signer.expired": {
		En: "nobody confirmed the signature in time; ask for it again",
		Vi: "yêu cầu ký đã hết hạn vì không được xác nhận kịp thời; hãy gửi lại yêu cầu",
	},
	"signer.cancelled": {
		En: "signing was cancelled",
		Vi: "việc ký đã bị hủy",
	},
	"signer.unavailable": {
		En: "the signing key, device or service cannot be reached; check the connection and try again",
		Vi: "không kết nối được với khóa, thiết bị hoặc dịch vụ ký; hãy kiểm tra kết nối rồi thử lại",
	},
	"signer.outcome-unknown": {
		En: "it is not known whether the service has signed[[ (operation {operation})]]; ask the service before trying again",
		Vi: "chưa rõ dịch vụ đã ký hay chưa[[ (mã giao dịch {operation})]]; hãy kiểm tra với dịch vụ trước khi ký lại",
	},
	"signer.quota": {
		En: "the number of signatures allowed is used up; ask the provider for more",
		Vi: "đã dùng hết số lượt ký được phép; hãy liên hệ nhà cung cấp để được cấp thêm",
	},
	"signer.protocol": {
		En: "the signing device or service gave an answer that its protocol does not allow[[: {reason}]]",
		Vi: "thiết bị hoặc dịch vụ ký trả lời không đúng giao thức[[: {reason}]]",
	},
	"signer.signature-invalid": {
		En: "the {algorithm} signature that came back does not fit the certificate",
		Vi: "chữ ký {algorithm} nhận về không khớp với chứng thư số",
	},
	"signer.batch-count": {
		En: "{want} signatures were asked for and {got} were returned",
		Vi: "đã yêu cầu {want} chữ ký nhưng nhận được {got}",
	},
	"signer.no-certificate": {
		En: "the signing key comes without a certificate",
		Vi: "khóa ký không có chứng thư số đi kèm",
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
		En: "the signing request cannot be understood",
		Vi: "yêu cầu ký không hợp lệ",
	},
	"signer.no-options": {
		En: "the signing request does not say which hash was used",
		Vi: "yêu cầu ký không cho biết thuật toán băm đã dùng",
	},
	"signer.digest-or-message": {
		En: "a signing request carries either a digest or a message, not both",
		Vi: "yêu cầu ký phải có giá trị băm hoặc dữ liệu cần ký, không được có cả hai",
	},
}
