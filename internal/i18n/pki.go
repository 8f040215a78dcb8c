package i18n

var pki = map[string]Message{
	"pki.malformed": {
		En: "the certificate data cannot be read: {structure} is malformed",
		Vi: "không đọc được dữ liệu chứng thư số: thành phần {structure} sai định dạng",
	},
	"pki.too-large": {
		En: "the certificate data goes beyond a limit: {what}, at most {max}",
		Vi: "dữ liệu chứng thư số vượt quá giới hạn: {what}, tối đa {max}",
	},
	"pki.no-anchor": {
		En: "no certificate is trusted, so no certificate chain can be confirmed",
		Vi: "chưa có chứng thư số nào được tin cậy nên không thể xác nhận chuỗi chứng thư số",
	},
	"pki.no-path": {
		En: "no chain leads from the certificate of {subject} to a trusted certificate; its issuer is {issuer}",
		Vi: "không có chuỗi nào từ chứng thư số của {subject} đến một chứng thư số được tin cậy; đơn vị cấp là {issuer}",
	},
	"pki.name-chain": {
		En: "the certificate of {subject} was not issued by {issuer}",
		Vi: "chứng thư số của {subject} không phải do {issuer} cấp",
	},
	"pki.signature": {
		En: "the signature on the certificate of {subject} is not valid",
		Vi: "chữ ký trên chứng thư số của {subject} không hợp lệ",
	},
	"pki.algorithm": {
		En: "the certificate of {subject} is signed in a way that is not accepted",
		Vi: "chứng thư số của {subject} được ký bằng phương thức không được chấp nhận",
	},
	"pki.expired": {
		En: "the certificate of {subject} had expired at {at}: it was valid until {until}",
		Vi: "chứng thư số của {subject} đã hết hạn tại thời điểm {at}: chỉ có hiệu lực đến {until}",
	},
	"pki.not-yet-valid": {
		En: "the certificate of {subject} was not yet valid at {at}: it is valid from {from}",
		Vi: "chứng thư số của {subject} chưa có hiệu lực tại thời điểm {at}: có hiệu lực từ {from}",
	},
	"pki.not-a-ca": {
		En: "{subject} issued a certificate without being a certification authority",
		Vi: "{subject} đã cấp chứng thư số mặc dù không phải là tổ chức chứng thực",
	},
	"pki.key-usage": {
		En: "the key of {subject} may not sign certificates",
		Vi: "khóa của {subject} không được phép ký chứng thư số",
	},
	"pki.path-length": {
		En: "there are more certification authorities above {subject} than one of them allows",
		Vi: "số tổ chức chứng thực tính đến {subject} nhiều hơn mức mà một chứng thư số trong chuỗi cho phép",
	},
	"pki.extended-key-usage": {
		En: "the certificate of {subject} is not meant for this use",
		Vi: "chứng thư số của {subject} không dành cho mục đích sử dụng này",
	},
	"pki.critical-extension": {
		En: "the certificate of {subject} has a critical extension that is not understood ({oid})",
		Vi: "chứng thư số của {subject} có phần mở rộng bắt buộc mà hệ thống không hiểu ({oid})",
	},
	"pki.name-not-permitted": {
		En: "the name {name} in the certificate of {subject} lies outside of what its authority may certify",
		Vi: "tên {name} trong chứng thư số của {subject} nằm ngoài phạm vi mà tổ chức chứng thực được phép cấp",
	},
	"pki.name-excluded": {
		En: "the name {name} in the certificate of {subject} is one that its authority may not certify",
		Vi: "tên {name} trong chứng thư số của {subject} thuộc phạm vi mà tổ chức chứng thực bị cấm cấp",
	},
	"pki.name-constraint-form": {
		En: "a name of form {form} in the certificate of {subject} cannot be checked against the limits of its authority",
		Vi: "không thể đối chiếu tên dạng {form} trong chứng thư số của {subject} với phạm vi của tổ chức chứng thực",
	},
	"pki.policy": {
		En: "no certificate policy that is asked for holds for the whole chain down to {subject}",
		Vi: "không có chính sách chứng thư số nào theo yêu cầu có hiệu lực trên toàn chuỗi đến {subject}",
	},
	"pki.policy-mapping": {
		En: "the certificate of {subject} maps a policy to or from the policy that stands for all",
		Vi: "chứng thư số của {subject} ánh xạ chính sách đến hoặc từ chính sách đại diện cho mọi chính sách",
	},
	"pki.policy-qualifier": {
		En: "the certificate of {subject} has a critical policy with a qualifier that is not understood ({oid})",
		Vi: "chứng thư số của {subject} có chính sách bắt buộc kèm điều kiện mà hệ thống không hiểu ({oid})",
	},
	"pki.serial-negative": {
		En: "the serial number of the certificate of {subject} is negative",
		Vi: "số sê-ri của chứng thư số {subject} là số âm",
	},
	"pki.serial-zero": {
		En: "the serial number of the certificate of {subject} is zero",
		Vi: "số sê-ri của chứng thư số {subject} bằng không",
	},
	"pki.serial-long": {
		En: "the serial number of the certificate of {subject} has {octets} bytes, more than 20",
		Vi: "số sê-ri của chứng thư số {subject} dài {octets} byte, vượt quá 20",
	},
	"pki.version": {
		En: "the certificate of {subject} says that it is of version {version}, and has parts of a later one",
		Vi: "chứng thư số của {subject} ghi phiên bản {version} nhưng có thành phần của phiên bản mới hơn",
	},
	"pki.time-form": {
		En: "a time in the certificate of {subject} is written in an old form",
		Vi: "một mốc thời gian trong chứng thư số của {subject} được ghi theo dạng cũ",
	},
	"pki.not-critical": {
		En: "the extension {extension} in the certificate of {subject} should be critical and is not",
		Vi: "phần mở rộng {extension} trong chứng thư số của {subject} lẽ ra phải đánh dấu bắt buộc",
	},
	"pki.default-written": {
		En: "the certificate of {subject} writes out a default value, which its encoding does not allow",
		Vi: "chứng thư số của {subject} ghi rõ một giá trị mặc định mà quy tắc mã hóa không cho phép",
	},
	"pki.key-usage-bits": {
		En: "the key usage in the certificate of {subject} is encoded with unneeded bits",
		Vi: "mục đích sử dụng khóa trong chứng thư số của {subject} được mã hóa thừa bit",
	},
	"pki.path-length-without-ca": {
		En: "the certificate of {subject} limits the authorities below it without being an authority",
		Vi: "chứng thư số của {subject} giới hạn số tổ chức cấp dưới mặc dù không phải là tổ chức chứng thực",
	},
	"pki.no-names": {
		En: "the extension {extension} in the certificate of {subject} has no names in it",
		Vi: "phần mở rộng {extension} trong chứng thư số của {subject} không chứa tên nào",
	},
	"pki.unreadable-extension": {
		En: "the extension {extension} in the certificate of {subject} is malformed and was passed over",
		Vi: "phần mở rộng {extension} trong chứng thư số của {subject} sai định dạng nên được bỏ qua",
	},
	"pki.no-subject": {
		En: "the certificate with serial number {subject} names no holder",
		Vi: "chứng thư số có số sê-ri {subject} không nêu tên chủ thể",
	},
}
