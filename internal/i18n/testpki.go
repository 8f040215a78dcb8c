package i18n

var testpki = map[string]Message{
	"testpki.address": {
		En: "the demo services listen on this machine only, and {address} is not a loopback address; use one such as 127.0.0.1:0",
		Vi: "các dịch vụ thử chỉ chạy trên chính máy này, mà {address} không phải địa chỉ nội bộ của máy; hãy dùng địa chỉ như 127.0.0.1:0",
	},
	"testpki.listen": {
		En: "this machine does not let the demo services listen on {address}; use 127.0.0.1:0, which takes any free port",
		Vi: "máy này không cho các dịch vụ thử chạy tại {address}; hãy dùng 127.0.0.1:0 để lấy một cổng trống bất kỳ",
	},
	"testpki.port-taken": {
		En: "port {port} is taken by another program; the certificates of this demo PKI name that port, so stop the other program, or use a new folder",
		Vi: "cổng {port} đang được chương trình khác dùng; chứng thư số của bộ thử này ghi cổng đó, vì vậy hãy dừng chương trình kia hoặc dùng một thư mục mới",
	},
	"testpki.port-fixed": {
		En: "this demo PKI answers on {address}, which its certificates name; it cannot move to {asked}, so leave the address out, or use a new folder",
		Vi: "bộ thử này trả lời tại {address}, là địa chỉ ghi trong chứng thư số, nên không chuyển sang {asked} được; hãy bỏ địa chỉ đi hoặc dùng một thư mục mới",
	},
	"testpki.occupied": {
		En: "the folder {dir} already holds {file}, which is not part of a demo PKI; nothing was overwritten, use an empty folder",
		Vi: "thư mục {dir} đã có tệp {file} không thuộc bộ thử; chưa ghi đè gì cả, hãy dùng một thư mục trống",
	},
	"testpki.no-pki": {
		En: "there is no demo PKI in the folder {dir}; start one with kyso demo serve --dir {dir}",
		Vi: "thư mục {dir} chưa có bộ thử nào; hãy tạo bằng lệnh kyso demo serve --dir {dir}",
	},
	"testpki.damaged": {
		En: "the demo PKI in {dir} is damaged: {file} is missing or cannot be understood; delete the folder to start anew",
		Vi: "bộ thử trong {dir} bị hỏng: tệp {file} bị thiếu hoặc không đọc được; hãy xóa thư mục để tạo lại",
	},
	"testpki.outside": {
		En: "the demo PKI is valid from {from} until {until}, and the time asked for is {at}; use a new folder for that time",
		Vi: "bộ thử có hiệu lực từ {from} đến {until}, mà thời điểm yêu cầu là {at}; hãy dùng một thư mục mới cho thời điểm đó",
	},
	"testpki.unknown-name": {
		En: "the demo PKI has no certificate named {name}; it has {names}",
		Vi: "bộ thử không có chứng thư số nào tên {name}; các tên hiện có: {names}",
	},
	"testpki.not-suspended": {
		En: "the certificate {name} is {state}; only a suspended certificate can be resumed",
		Vi: "chứng thư số {name} đang ở trạng thái {state}; chỉ chứng thư số bị tạm dừng mới khôi phục được",
	},
	"testpki.revoked": {
		En: "the certificate {name} is revoked, and that is final: it cannot be suspended",
		Vi: "chứng thư số {name} đã bị thu hồi vĩnh viễn nên không thể tạm dừng",
	},
	"testpki.reason": {
		En: "{reason} is not a reason for revocation; RFC 5280 knows 0 to 5, 9 and 10 (6 is a suspension)",
		Vi: "{reason} không phải lý do thu hồi; RFC 5280 quy định các số từ 0 đến 5, 9 và 10 (6 là tạm dừng)",
	},
	"testpki.file": {
		En: "the file {file} of the demo PKI cannot be read or written",
		Vi: "không đọc hoặc ghi được tệp {file} của bộ thử",
	},
	"testpki.make": {
		En: "{what} cannot be made",
		Vi: "không tạo được {what}",
	},
	"testpki.request": {
		En: "the request cannot be understood: {what}",
		Vi: "không hiểu được yêu cầu: {what}",
	},
}
