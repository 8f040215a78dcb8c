package i18n

var revoke = map[string]Message{
	"revoke.malformed": {
		En: "the revocation data cannot be read: {structure} is malformed",
		Vi: "không đọc được dữ liệu thu hồi: thành phần {structure} sai định dạng",
	},
	"revoke.too-large": {
		En: "the revocation data goes beyond a limit: {what}, at most {max}",
		Vi: "dữ liệu thu hồi vượt quá giới hạn: {what}, tối đa {max}",
	},
	"revoke.crl-issuer": {
		En: "the revocation list of {issuer} is not signed by anyone who may sign it",
		Vi: "danh sách thu hồi của {issuer} không do bên có thẩm quyền ký",
	},
	"revoke.crl-critical": {
		En: "the revocation list of {issuer} has a critical extension that is not understood ({oid})",
		Vi: "danh sách thu hồi của {issuer} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"revoke.crl-scope": {
		En: "the revocation list of {issuer} is not for certificates of this kind",
		Vi: "danh sách thu hồi của {issuer} không dành cho loại chứng thư số này",
	},
	"revoke.crl-reasons": {
		En: "the revocation lists of {issuer} tell only of some reasons for revocation",
		Vi: "danh sách thu hồi của {issuer} chỉ nêu một số lý do thu hồi",
	},
	"revoke.ocsp-status": {
		En: "the OCSP responder gives no answer: {status}",
		Vi: "máy chủ OCSP không trả lời: {status}",
	},
	"revoke.ocsp-responder": {
		En: "the OCSP response of {responder} is not signed by anyone who may answer for the certificate",
		Vi: "phản hồi OCSP của {responder} không do bên có thẩm quyền trả lời về chứng thư số này ký",
	},
	"revoke.ocsp-delegate": {
		En: "the certificate of {subject} is not meant for signing OCSP responses",
		Vi: "chứng thư số của {subject} không dành cho việc ký phản hồi OCSP",
	},
	"revoke.ocsp-critical": {
		En: "the OCSP response of {responder} has a critical extension that is not understood ({oid})",
		Vi: "phản hồi OCSP của {responder} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"revoke.ocsp-nonce": {
		En: "the OCSP response of {responder} is not an answer to this request: its nonce is another one",
		Vi: "phản hồi OCSP của {responder} không phải là câu trả lời cho yêu cầu này: mã nonce không khớp",
	},
	"revoke.ocsp-other": {
		En: "the OCSP response of {responder} does not tell of the certificate of {subject}",
		Vi: "phản hồi OCSP của {responder} không nêu trạng thái chứng thư số của {subject}",
	},
	"revoke.ocsp-cert-hash": {
		En: "the OCSP response of {responder} is about another certificate than that of {subject}",
		Vi: "phản hồi OCSP của {responder} nói về một chứng thư số khác, không phải của {subject}",
	},
}

// revokeTerms are the words of internal/revoke: why a responder gives no answer (RFC 6960, 4.2.1).
var revokeTerms = map[string]string{
	"malformedRequest": "yêu cầu sai định dạng (malformedRequest)",
	"internalError":    "lỗi nội bộ của máy chủ (internalError)",
	"tryLater":         "đang bận, hãy thử lại sau (tryLater)",
	"sigRequired":      "yêu cầu phải được ký (sigRequired)",
	"unauthorized":     "không có quyền hỏi hoặc không phụ trách chứng thư số này (unauthorized)",
}
