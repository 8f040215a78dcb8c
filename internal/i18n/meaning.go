package i18n

// meaning says what a sub-indication of ETSI EN 319 102-1 means to somebody who has never read it ("report.why"), and what to do about it
// ("report.todo").
var meaning = map[string]Message{
	"report.meaning":    {En: "That is", Vi: "Nghĩa là"},
	"report.todo":       {En: "What to do", Vi: "Cần làm"},
	"report.revocation": {En: "Revocation", Vi: "Tình trạng thu hồi"},

	"report.why.format-failure": {
		En: "the signature is not built as its standard demands",
		Vi: "chữ ký không có cấu trúc đúng tiêu chuẩn",
	},
	"report.why.changed": {
		En: "the document was changed after it was signed, in a way that does not leave the signature valid",
		Vi: "tài liệu đã bị sửa sau khi ký theo cách làm chữ ký không còn giá trị",
	},
	"report.why.hash-failure": {
		En: "the content is not what was signed: it was changed afterwards",
		Vi: "nội dung không còn là nội dung đã được ký: tài liệu đã bị thay đổi sau khi ký",
	},
	"report.why.sig-crypto-failure": {
		En: "the signature does not fit the signer's certificate: it was changed, or somebody else made it",
		Vi: "chữ ký không khớp với chứng thư số của người ký: chữ ký đã bị thay đổi hoặc do người khác tạo ra",
	},
	"report.why.sig-constraints-failure": {
		En: "something about the signature is not in order; the remarks below say what",
		Vi: "có điểm chưa đạt yêu cầu đối với chữ ký; xem các ghi chú bên dưới",
	},
	"report.why.chain-constraints-failure": {
		En: "the certificate may not be used for this",
		Vi: "chứng thư số không được phép dùng cho mục đích này",
	},
	"report.why.certificate-chain-general-failure": {
		En: "the certificate could not be confirmed, above all because its revocation could not be checked",
		Vi: "chưa xác nhận được chứng thư số, thường là do chưa kiểm tra được tình trạng thu hồi",
	},
	"report.why.crypto-constraints-failure": {
		En: "an algorithm was no longer secure when it was used",
		Vi: "thuật toán đã không còn an toàn tại thời điểm được dùng",
	},
	"report.why.crypto-constraints-failure-no-poe": {
		En: "an algorithm is no longer secure, and nothing proves that it was used while it was",
		Vi: "thuật toán không còn an toàn và không có gì chứng minh chữ ký được tạo khi thuật toán còn an toàn",
	},
	"report.why.revoked": {
		En: "the signature was made after the certificate had been revoked",
		Vi: "chữ ký được tạo sau khi chứng thư số đã bị thu hồi",
	},
	"report.why.revoked-no-poe": {
		En: "the certificate has been revoked, and nothing proves that the signature was made before",
		Vi: "chứng thư số đã bị thu hồi và không có gì chứng minh chữ ký được tạo trước khi thu hồi",
	},
	"report.why.revoked-ca-no-poe": {
		En: "the certificate of an issuing authority has been revoked, and nothing proves that the signature was made before",
		Vi: "chứng thư số của tổ chức chứng thực đã bị thu hồi và không có gì chứng minh chữ ký được tạo trước khi thu hồi",
	},
	"report.why.try-later": {
		En: "the certificate is suspended, or what is known of its revocation is too old: the answer may still change",
		Vi: "chứng thư số đang bị tạm dừng, hoặc thông tin thu hồi đã cũ: kết luận còn có thể thay đổi",
	},
	"report.why.expired": {
		En: "the signature was made after the certificate had expired",
		Vi: "chữ ký được tạo sau khi chứng thư số đã hết hạn",
	},
	"report.why.not-yet-valid": {
		En: "the signature was made before the certificate became valid",
		Vi: "chữ ký được tạo trước khi chứng thư số có hiệu lực",
	},
	"report.why.out-of-bounds-no-poe": {
		En: "a certificate is outside its validity, and nothing proves that the signature was made within it",
		Vi: "chứng thư số không còn (hoặc chưa có) hiệu lực và không có gì chứng minh chữ ký được tạo trong thời hạn hiệu lực",
	},
	"report.why.out-of-bounds-not-revoked": {
		En: "the certificate has expired (it was not revoked), and nothing proves that the signature was made before",
		Vi: "chứng thư số đã hết hạn (không bị thu hồi) và không có gì chứng minh chữ ký được tạo trước khi hết hạn",
	},
	"report.why.no-signing-certificate-found": {
		En: "the signer's certificate is missing, or is not the one that the signature names",
		Vi: "không tìm thấy chứng thư số của người ký, hoặc không đúng chứng thư số mà chữ ký nêu",
	},
	"report.why.no-certificate-chain-found": {
		En: "the certificate does not come from an authority that you trust",
		Vi: "chứng thư số không thuộc tổ chức chứng thực nào được bạn tin cậy",
	},
	"report.why.no-poe": {
		En: "nothing proves that something existed when it had to",
		Vi: "không có gì chứng minh dữ liệu cần thiết đã tồn tại vào thời điểm phải có",
	},
	"report.why.signed-data-not-found": {
		En: "the content that was signed was not given",
		Vi: "chưa có nội dung được ký để đối chiếu",
	},
	"report.why.timestamp-order-failure": {
		En: "the time-stamps contradict one another",
		Vi: "các dấu thời gian mâu thuẫn với nhau",
	},
	"report.why.policy-processing-error": {
		En: "the rules could not be applied",
		Vi: "không áp dụng được chính sách kiểm tra",
	},

	"report.todo.reject": {
		En: "do not rely on this file; ask the signer for the original, or to sign again",
		Vi: "không sử dụng tệp này; yêu cầu người ký gửi lại bản gốc hoặc ký lại",
	},
	"report.todo.again": {
		En: "ask the signer to sign again with a valid certificate, best with a time-stamp",
		Vi: "yêu cầu người ký ký lại bằng chứng thư số còn hiệu lực, tốt nhất là có dấu thời gian",
	},
	"report.todo.online": {
		En: "check again with access to the network (--online), or with the issuer's revocation data (--revocation)",
		Vi: "kiểm tra lại khi có mạng (--online) hoặc kèm dữ liệu thu hồi của đơn vị cấp (--revocation)",
	},
	"report.todo.later": {
		En: "check again later, with fresh revocation data (--online); until then do not rely on it",
		Vi: "kiểm tra lại sau với dữ liệu thu hồi mới (--online); trước đó chưa nên sử dụng",
	},
	"report.todo.trust": {
		En: "find out which root certificate the signer's authority belongs to, and if you trust it, name it (--trust)",
		Vi: "xác định chứng thư số gốc của đơn vị cấp; nếu tin cậy thì chỉ định bằng --trust",
	},
	"report.todo.content": {
		En: "give the file that was signed (--content)",
		Vi: "cung cấp tệp nội dung đã được ký (--content)",
	},
	"report.todo.remarks": {
		En: "read the remarks below; where in doubt, ask the signer",
		Vi: "đọc các ghi chú bên dưới; nếu còn nghi ngờ, hỏi lại người ký",
	},

	"report.revocation.good":            {En: "not revoked, by {source} of {at}", Vi: "không bị thu hồi, theo {source} lúc {at}"},
	"report.revocation.revoked":         {En: "REVOKED since {at}[[ ({reason})]]: {subject}", Vi: "ĐÃ BỊ THU HỒI từ {at}[[ ({reason})]]: {subject}"},
	"report.revocation.suspended":       {En: "SUSPENDED since {at}: {subject}", Vi: "ĐANG BỊ TẠM DỪNG từ {at}: {subject}"},
	"report.revocation.unknown":         {En: "the issuer does not know the certificate: {subject}", Vi: "đơn vị cấp không biết chứng thư số này: {subject}"},
	"report.revocation.could-not-check": {En: "could not be checked: {subject}", Vi: "chưa kiểm tra được: {subject}"},
	"report.revocation.not-required":    {En: "need not be checked: trusted by itself", Vi: "không cần kiểm tra: được tin cậy trực tiếp"},
}
