package i18n

var remote = map[string]Message{
	"remote.refused": {
		En: "the signature was refused on the phone[[ (operation {operation})]]",
		Vi: "người ký đã từ chối ký trên điện thoại[[ (mã giao dịch {operation})]]",
	},
	"remote.expired": {
		En: "nobody confirmed the signature on the phone[[ within {seconds} seconds]]; check that the signing app is installed and activated on the phone that is used now, and ask again",
		Vi: "không có ai xác nhận ký trên điện thoại[[ trong {seconds} giây]]; hãy kiểm tra ứng dụng ký số đã được cài đặt và kích hoạt trên điện thoại đang dùng rồi gửi lại yêu cầu",
	},
	"remote.unavailable": {
		En: "the signing service[[ at {url}]] cannot be reached; check the connection and try again",
		Vi: "không kết nối được với dịch vụ ký số[[ tại {url}]]; hãy kiểm tra kết nối rồi thử lại",
	},
	"remote.throttled": {
		En: "the signing service is asked too often[[; try again in {seconds} seconds]]",
		Vi: "gửi yêu cầu tới dịch vụ ký số quá dày[[; hãy thử lại sau {seconds} giây]]",
	},
	"remote.service-fault": {
		En: "the signing service reports a fault of its own[[ (code {code})]][[: {text}]]; try again later",
		Vi: "dịch vụ ký số đang gặp lỗi[[ (mã {code})]][[: {text}]]; hãy thử lại sau",
	},
	"remote.quota": {
		En: "the signatures of the service package are used up, or it has ended[[ (code {code})]]; buy more from the provider",
		Vi: "gói dịch vụ đã hết lượt ký hoặc hết hạn[[ (mã {code})]]; hãy liên hệ nhà cung cấp để mua thêm",
	},
	"remote.certificate": {
		En: "the signing service does not sign with this certificate: it may have expired, or be suspended or revoked[[ (code {code})]][[: {text}]]",
		Vi: "dịch vụ ký số không cho ký bằng chứng thư số này: chứng thư số có thể đã hết hạn, bị tạm dừng hoặc bị thu hồi[[ (mã {code})]][[: {text}]]",
	},
	"remote.no-certificate": {
		En: "the subscriber has no certificate at this service that fits; the account may not be activated yet: activate it in the app",
		Vi: "thuê bao chưa có chứng thư số phù hợp tại dịch vụ này; tài khoản có thể chưa được kích hoạt: hãy kích hoạt trong ứng dụng",
	},
	"remote.key-disabled": {
		En: "the signing service has switched this key off; ask the provider",
		Vi: "dịch vụ ký số đã vô hiệu hóa khóa này; hãy liên hệ nhà cung cấp",
	},
	"remote.locked": {
		En: "the account is locked after too many wrong tries[[; try again in {seconds} seconds]]",
		Vi: "tài khoản đang bị khóa do nhập sai quá nhiều lần[[; hãy thử lại sau {seconds} giây]]",
	},
	"remote.credentials": {
		En: "the signing service does not accept who asks, or does not know the subscriber[[ (code {code})]][[: {text}]]; check the credentials of the application and the number of the subscriber",
		Vi: "dịch vụ ký số không chấp nhận đơn vị tích hợp hoặc không tìm thấy thuê bao[[ (mã {code})]][[: {text}]]; hãy kiểm tra thông tin kết nối và số định danh của thuê bao",
	},
	"remote.log-in": {
		En: "the user name or password of the subscriber is wrong[[; tries left: {tries}]]",
		Vi: "tên đăng nhập hoặc mật khẩu của thuê bao không đúng[[; số lần thử còn lại: {tries}]]",
	},
	"remote.one-time-code": {
		En: "the one-time code is wrong or too old[[; tries left: {tries}]]",
		Vi: "mã xác thực một lần (OTP) không đúng hoặc đã hết hạn[[; số lần thử còn lại: {tries}]]",
	},
	"remote.secret-missing": {
		En: "the signing service wants a secret that was not given ({name})",
		Vi: "dịch vụ ký số yêu cầu một thông tin bí mật chưa được cung cấp ({name})",
	},
	"remote.authorization": {
		En: "the phone could not release the key[[ (code {code})]][[: {text}]]; check that the app is activated on the phone that is used now",
		Vi: "điện thoại không mở được khóa ký[[ (mã {code})]][[: {text}]]; hãy kiểm tra ứng dụng đã được kích hoạt trên điện thoại đang dùng",
	},
	"remote.sign-failed": {
		En: "the subscriber confirmed, and the signing service could not sign[[ (code {code})]][[: {text}]]; nothing was signed",
		Vi: "người ký đã xác nhận nhưng dịch vụ ký số không ký được[[ (mã {code})]][[: {text}]]; chưa có gì được ký",
	},
	"remote.request": {
		En: "the signing service cannot make sense of the request[[ (code {code})]][[: {text}]]",
		Vi: "dịch vụ ký số không xử lý được yêu cầu[[ (mã {code})]][[: {text}]]",
	},
	"remote.unsupported": {
		En: "the signing service cannot sign with {algorithm}",
		Vi: "dịch vụ ký số không ký được bằng {algorithm}",
	},
	"remote.too-many": {
		En: "one confirmation covers 1 to {max} documents, and {got} were given",
		Vi: "mỗi lần xác nhận chỉ ký được từ 1 đến {max} tài liệu, nhưng có {got}",
	},
	"remote.document-id": {
		En: "the id “{id}” is too long, or has characters that cannot be shown",
		Vi: "mã “{id}” quá dài hoặc có ký tự không hiển thị được",
	},
	"remote.not-known": {
		En: "the signing service knows no operation {operation}, so nothing was signed; ask again",
		Vi: "dịch vụ ký số không có giao dịch {operation} nên chưa có gì được ký; hãy gửi lại yêu cầu",
	},
	"remote.busy": {
		En: "the subscriber still has another request to answer (operation {operation})[[; it ends in {seconds} seconds]]",
		Vi: "thuê bao còn một yêu cầu ký khác chưa trả lời (mã giao dịch {operation})[[; yêu cầu đó hết hạn sau {seconds} giây]]",
	},
	"remote.not-found": {
		En: "there is no operation {operation}",
		Vi: "không có giao dịch {operation}",
	},
	"remote.foreign": {
		En: "the operation {operation} belongs to another service or subscriber",
		Vi: "giao dịch {operation} thuộc dịch vụ hoặc thuê bao khác",
	},
	"remote.exists": {
		En: "there has been an operation {operation} before; an id is used once",
		Vi: "đã có giao dịch {operation}; mỗi mã giao dịch chỉ dùng một lần",
	},
	"remote.state": {
		En: "the stored operation cannot be read: {reason}",
		Vi: "không đọc được giao dịch đã lưu: {reason}",
	},
	"remote.store": {
		En: "the store of operations cannot be used",
		Vi: "không dùng được nơi lưu giao dịch",
	},
	"remote.address": {
		En: "the address of the signing service cannot be used: {url}; it begins with https",
		Vi: "địa chỉ dịch vụ ký số không hợp lệ: {url}; địa chỉ phải bắt đầu bằng https",
	},
	"remote.config": {
		En: "the configuration of the signing service lacks {name}, or it cannot be used",
		Vi: "cấu hình dịch vụ ký số thiếu {name} hoặc giá trị không dùng được",
	},
	"remote.answer": {
		En: "the signing service[[ at {url}]] gave an answer that cannot be read[[ (code {code})]][[: {text}]]",
		Vi: "không đọc được câu trả lời của dịch vụ ký số[[ tại {url}]][[ (mã {code})]][[: {text}]]",
	},
	"remote.incomplete": {
		En: "the signing service says that it has signed, and gave {got} of {want} signatures[[ (operation {operation})]]",
		Vi: "dịch vụ ký số báo đã ký nhưng chỉ trả về {got}/{want} chữ ký[[ (mã giao dịch {operation})]]",
	},
	"remote.wrong-document": {
		En: "the signing service gave a signature for a document that was not asked for, or two for one: “{id}” (operation {operation})",
		Vi: "dịch vụ ký số trả về chữ ký cho tài liệu không được yêu cầu hoặc trả về trùng: “{id}” (mã giao dịch {operation})",
	},
	"remote.cancelled": {
		En: "nobody waits for the signature any more (operation {operation}); the phone may still show the request, and a signature made there can be fetched by that name",
		Vi: "đã ngừng chờ chữ ký (mã giao dịch {operation}); điện thoại có thể vẫn hiển thị yêu cầu và chữ ký tạo ra sau đó lấy lại được bằng mã này",
	},
	"remote.no-cms": {
		En: "the signing service makes no CMS over a digest; ask for a bare signature",
		Vi: "dịch vụ ký số không tạo được CMS trên giá trị băm; hãy yêu cầu chữ ký đơn thuần",
	},
	"remote.no-longer": {
		En: "the operation {operation} was signed, and its signatures can no longer be had; ask for a new signature",
		Vi: "giao dịch {operation} đã được ký nhưng không còn lấy được chữ ký; hãy yêu cầu ký lại",
	},
}
