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
	"revoke.revoked": {
		En: "the certificate of {subject} was revoked at {at}",
		Vi: "chứng thư số của {subject} đã bị thu hồi từ {at}",
	},
	"revoke.suspended": {
		En: "the certificate of {subject} has been suspended since {at}",
		Vi: "chứng thư số của {subject} đang bị tạm dừng từ {at}",
	},
	"revoke.unchecked": {
		En: "whether the certificate of {subject} is revoked could not be checked",
		Vi: "không kiểm tra được chứng thư số của {subject} có bị thu hồi hay không",
	},
	"revoke.no-crl": {
		En: "there is no revocation list for the certificate of {subject}",
		Vi: "không có danh sách thu hồi nào dành cho chứng thư số của {subject}",
	},
	"revoke.stale": {
		En: "the revocation list of {issuer} is not of the time {at}: it is from {from} and holds until {until}",
		Vi: "danh sách thu hồi của {issuer} không ứng với thời điểm {at}: có hiệu lực từ {from} đến {until}",
	},
	"revoke.crl-issuer": {
		En: "the revocation list of {issuer} is not signed by anyone who may sign it",
		Vi: "danh sách thu hồi của {issuer} không do bên có thẩm quyền ký",
	},
	"revoke.crl-critical": {
		En: "the revocation list of {issuer} has a critical extension that is not understood ({oid})",
		Vi: "danh sách thu hồi của {issuer} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
}
