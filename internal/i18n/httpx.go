package i18n

var httpx = map[string]Message{
	"httpx.url": {
		En: "the address {url} cannot be used; an address looks like http://host/path",
		Vi: "không dùng được địa chỉ {url}; địa chỉ có dạng http://máy-chủ/đường-dẫn",
	},
	"httpx.scheme": {
		En: "addresses of kind {scheme} are not supported, only http and https",
		Vi: "không hỗ trợ địa chỉ loại {scheme}, chỉ hỗ trợ http và https",
	},
	"httpx.address-refused": {
		En: "{address} is not a public internet address, and private addresses are not allowed here",
		Vi: "{address} không phải địa chỉ Internet công cộng, và ở đây không cho phép địa chỉ nội bộ",
	},
	"httpx.unreachable": {
		En: "no connection to {host}: check the address and the network",
		Vi: "không kết nối được tới {host}: hãy kiểm tra địa chỉ và đường mạng",
	},
	"httpx.tls": {
		En: "no secure connection to {url}",
		Vi: "không lập được kết nối bảo mật tới {url}",
	},
	"httpx.timeout": {
		En: "{url} did not answer in time",
		Vi: "{url} không trả lời kịp thời hạn",
	},
	"httpx.cancelled": {
		En: "the request to {url} was cancelled",
		Vi: "yêu cầu gửi tới {url} đã bị hủy",
	},
	"httpx.too-large": {
		En: "the answer of {url} is larger than {limit} bytes",
		Vi: "phản hồi của {url} lớn hơn {limit} byte",
	},
	"httpx.protocol": {
		En: "the answer of {url} is not valid HTTP or broke off",
		Vi: "phản hồi của {url} không đúng chuẩn HTTP hoặc bị đứt giữa chừng",
	},
	"httpx.redirects": {
		En: "redirected to {url} after {limit} earlier redirects; that is too many",
		Vi: "bị chuyển hướng tới {url} sau {limit} lần chuyển hướng trước đó; như vậy là quá nhiều",
	},
	"httpx.redirect-method": {
		En: "redirected to {url} in a way that drops the request; use that address instead",
		Vi: "bị chuyển hướng tới {url} theo cách làm mất nội dung yêu cầu; hãy dùng thẳng địa chỉ đó",
	},
	"httpx.redirect-insecure": {
		En: "redirected to {url}, from a secure address to an insecure one",
		Vi: "bị chuyển hướng tới {url}, từ địa chỉ bảo mật sang địa chỉ không bảo mật",
	},
}
