package i18n

var csc = map[string]Message{
	"csc.version": {
		En: "the signing service speaks version {found} of the CSC API, and version {want} was expected; check the address",
		Vi: "dịch vụ ký số dùng phiên bản {found} của giao thức CSC, trong khi cần phiên bản {want}; hãy kiểm tra lại địa chỉ",
	},
	"csc.method": {
		En: "the signing service does not offer {name}",
		Vi: "dịch vụ ký số không hỗ trợ {name}",
	},
	"csc.mode": {
		En: "the key is authorized in a way that is not provided for here ({name})",
		Vi: "khóa này cần cách xác nhận chưa được thiết lập ({name})",
	},
	"csc.expression": {
		En: "what the signing service says about how to authenticate cannot be followed: {reason}",
		Vi: "không thực hiện được cách xác thực mà dịch vụ ký số yêu cầu: {reason}",
	},
	"csc.secret": {
		En: "a PIN, password or one-time code is wrong; further wrong ones may lock the key",
		Vi: "mã PIN, mật khẩu hoặc mã OTP không đúng; nhập sai thêm có thể làm khóa bị khóa lại",
	},
	"csc.authorization-spent": {
		En: "the authorization to sign was used up, or ran out before it was used[[ (code {code})]][[: {text}]]; authorize again",
		Vi: "quyền ký đã dùng hết hoặc hết hạn trước khi dùng[[ (mã {code})]][[: {text}]]; hãy xác nhận lại",
	},
	"csc.oauth-state": {
		En: "what came back from the browser belongs to no request of this program; begin again",
		Vi: "dữ liệu trình duyệt trả về không thuộc yêu cầu nào của chương trình này; hãy thực hiện lại từ đầu",
	},
	"csc.algorithm": {
		En: "what the signing service says about the key contradicts its certificate",
		Vi: "thông tin về khóa do dịch vụ ký số cung cấp mâu thuẫn với chứng thư số",
	},
}
