package i18n

var sim = map[string]Message{
	"sim.expired": {
		En: "the request ran out before a signature came[[ (code {code})]][[: {text}]]; the phone may have been out of reach, the request may have been left open, or the PIN may be blocked: check the phone and ask again",
		Vi: "yêu cầu hết hạn trước khi có chữ ký[[ (mã {code})]][[: {text}]]; điện thoại có thể ngoài vùng phủ sóng, yêu cầu chưa được trả lời hoặc mã PIN đã bị khóa: hãy kiểm tra điện thoại rồi gửi lại yêu cầu",
	},
	"sim.pin-blocked": {
		En: "the signature PIN of the SIM is blocked after too many wrong tries[[ (code {code})]][[: {text}]]; ask the operator to unblock it",
		Vi: "mã PIN ký số của SIM đã bị khóa do nhập sai quá nhiều lần[[ (mã {code})]][[: {text}]]; hãy liên hệ nhà mạng để mở khóa",
	},
	"sim.card-blocked": {
		En: "the SIM, or the subscriber's mobile signature, is blocked[[ (code {code})]][[: {text}]]; ask the operator",
		Vi: "SIM hoặc dịch vụ ký số của thuê bao đang bị khóa[[ (mã {code})]][[: {text}]]; hãy liên hệ nhà mạng",
	},
	"sim.no-key": {
		En: "the SIM has no key to sign with, or it was not activated[[ (code {code})]][[: {text}]]; ask the operator",
		Vi: "SIM chưa có khóa ký hoặc khóa chưa được kích hoạt[[ (mã {code})]][[: {text}]]; hãy liên hệ nhà mạng",
	},
	"sim.no-certificate": {
		En: "there is no certificate that fits for this number, or it has expired[[ (code {code})]][[: {text}]]; ask the operator",
		Vi: "số thuê bao này không có chứng thư số phù hợp hoặc chứng thư số đã hết hạn[[ (mã {code})]][[: {text}]]; hãy liên hệ nhà mạng",
	},
	"sim.phone-unreachable": {
		En: "the phone cannot be reached[[ (code {code})]][[: {text}]]; see that it is switched on and has reception, and ask again",
		Vi: "không liên lạc được với điện thoại[[ (mã {code})]][[: {text}]]; hãy kiểm tra điện thoại đã bật và có sóng rồi gửi lại yêu cầu",
	},
	"sim.in-progress": {
		En: "another signature is in progress on this phone, or it failed there[[ (code {code})]][[: {text}]]; finish that one first",
		Vi: "điện thoại đang xử lý một yêu cầu ký khác hoặc ký không thành công[[ (mã {code})]][[: {text}]]; hãy hoàn tất yêu cầu đó trước",
	},
	"sim.number": {
		En: "the service does not know this telephone number, or its SIM cannot sign[[ (code {code})]][[: {text}]]; check the number",
		Vi: "dịch vụ không có số điện thoại này hoặc SIM không hỗ trợ ký số[[ (mã {code})]][[: {text}]]; hãy kiểm tra lại số điện thoại",
	},
	"sim.number-form": {
		En: "the telephone number cannot be used: give it with the country and without a leading 0, such as +84900000001",
		Vi: "số điện thoại không hợp lệ: hãy nhập kèm mã quốc gia và bỏ số 0 ở đầu, ví dụ +84900000001",
	},
	"sim.profile": {
		En: "the signature profile is not available for this number[[ (code {code})]][[: {text}]]",
		Vi: "cấu hình ký không dùng được cho số thuê bao này[[ (mã {code})]][[: {text}]]",
	},
	"sim.handshake": {
		En: "the mobile signature service wants a handshake (MSS_Handshake) before anything else[[ (code {code})]][[: {text}]]; nothing was sent to the phone",
		Vi: "dịch vụ ký số di động yêu cầu bước bắt tay (MSS_Handshake) trước khi ký[[ (mã {code})]][[: {text}]]; chưa có gì được gửi tới điện thoại",
	},
	"sim.fault": {
		En: "the mobile signature service reports a fault[[ (code {code})]][[: {text}]]",
		Vi: "dịch vụ ký số di động báo lỗi[[ (mã {code})]][[: {text}]]",
	},
	"sim.mismatch": {
		En: "the answer of the mobile signature service does not belong to the request: {name} differs",
		Vi: "phản hồi của dịch vụ ký số di động không thuộc yêu cầu đã gửi: {name} không khớp",
	},
	"sim.display-length": {
		En: "the text for the phone is too long: {got} characters, and {max} can be shown; nothing was sent",
		Vi: "nội dung hiển thị trên điện thoại quá dài: {got} ký tự, tối đa {max}; chưa có gì được gửi",
	},
	"sim.display-character": {
		En: "the text for the phone has characters that are not shown as they are; nothing was sent",
		Vi: "nội dung hiển thị trên điện thoại có ký tự không hiển thị đúng; chưa có gì được gửi",
	},
	"sim.subject": {
		En: "the certificate of this telephone number belongs to another subject than the one expected; the number or the SIM may have changed hands: nothing was sent",
		Vi: "chứng thư số của số điện thoại này thuộc chủ thể khác với chủ thể đã biết; số điện thoại hoặc SIM có thể đã đổi chủ: chưa có gì được gửi",
	},
	"sim.no-documents": {
		En: "this mobile signature service signs texts only, no documents",
		Vi: "dịch vụ ký số di động này chỉ ký văn bản hiển thị, không ký tài liệu",
	},
}
