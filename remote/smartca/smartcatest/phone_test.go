package smartcatest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

// browser is one headless Chromium for all tests of the page. KYSO_SCREENSHOTS names a folder that is given a picture of each step.
type browser struct {
	*testing.T
	ctx context.Context
	url string
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	require.NoError(b, chromedp.Do(b.ctx, actions...))
}

// shot takes a picture, to be looked at by people.
func (b *browser) shot(name string) {
	b.Helper()
	dir := os.Getenv("KYSO_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}

func (b *browser) open(path string) {
	b.Helper()
	b.run(chromedp.Navigate(b.url+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// press clicks and waits for the page that follows.
func (b *browser) press(selector string) {
	b.Helper()
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector)))
	require.NoError(b, err)
}

func (b *browser) enter(selector, text string) {
	b.Helper()
	b.run(chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (b *browser) says(words ...string) {
	b.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("main")))
	require.NoError(b, err)
	for _, w := range words {
		require.Contains(b, text, w)
	}
}

func newBrowser(t *testing.T, url string) *browser {
	t.Helper()
	path := testtool.Need(t, "chromium")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(430, 860), chromedp.Flag("lang", "vi"))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{T: t, ctx: ctx, url: url}
	b.run()
	return b
}

// TestPhone plays the subscriber in a browser: a signature confirmed, one refused, one expired, the lock, and an account from its
// activation to its reactivation on another phone.
func TestPhone(t *testing.T) {
	clock := remotetest.NewFastClock(epoch)
	server := smartcatest.NewServer(t, &smartcatest.Options{Clock: clock, SPName: "Kế toán <b>ABC</b>"})
	server.AddSubscriber(&smartcatest.Subscriber{ID: "079000000777", Name: "Trần Thị Mới", Password: "Old-Pass-1", Inactive: true})
	b := newBrowser(t, server.URL)
	demo := "/phone/" + smartcatest.DemoID

	t.Run("requests", func(t *testing.T) {
		b := &browser{T: t, ctx: b.ctx, url: b.url}
		c := client(t, server)
		server.AddDocument("hop-dong-12.txt", "hop-dong-12.txt", "text/plain", []byte("HỢP ĐỒNG SỐ 12\nBên A: Công ty ABC"))
		op := ask(t, c, "Ký hợp đồng số 12 <script>alert(1)</script>\u202egnp", "hop-dong-12.txt", "phu-luc.pdf")
		clock.Advance(28 * time.Second)
		b.open("/phone/")
		b.says("Nguyễn Văn Thử", "Trần Thị Mới", "chưa kích hoạt")
		b.open(demo)
		b.says("Kế toán <b>ABC</b>", "<script>alert(1)</script>", `\u202e`, "hop-dong-12.txt", "42 byte", "phu-luc.pdf", "không rõ", "4 phút 32 giây")
		b.shot("01-request")
		b.press("a[href*=document]")
		b.says("HỢP ĐỒNG SỐ 12", "Bên A: Công ty ABC")
		b.shot("02-document")
		b.open(demo)
		b.enter("input[name=pin]", "111111")
		b.press("button.yes")
		b.says("Mã PIN không đúng. Bạn còn 2 lần thử.")
		b.enter("input[name=pin]", smartcatest.DemoPIN)
		b.press("button.yes")
		b.says("Đã ký thành công.", "Đã ký")
		b.shot("03-signed")
		sigs, err := c.Wait(t.Context(), op)
		require.NoError(t, err)
		require.Len(t, sigs, 2)

		op = ask(t, c, "Ký hóa đơn", "hoa-don.xml")
		b.open(demo)
		b.press("button.no")
		b.says("Bạn đã từ chối yêu cầu ký.", "Đã từ chối")
		_, err = c.Wait(t.Context(), op)
		require.ErrorIs(t, err, refused)

		op = ask(t, c, "Ký quyết định", "quyet-dinh.pdf")
		b.open(demo)
		clock.Advance(301 * time.Second)
		b.enter("input[name=pin]", smartcatest.DemoPIN)
		b.press("button.yes")
		b.says("Yêu cầu ký đã hết hạn", "Hết hạn", "Không có yêu cầu ký nào đang chờ.")
		b.shot("04-expired")
		_, err = c.Wait(t.Context(), op)
		require.ErrorIs(t, err, expired)

		op = ask(t, c, "Ký lần nữa", "quyet-dinh.pdf")
		b.open(demo)
		for range 3 {
			b.enter("input[name=pin]", "000000")
			b.press("button.yes")
		}
		b.says("3 lần", "Thử lại sau 5 phút 00 giây")
		b.shot("05-locked")
		b.enter("input[name=pin]", smartcatest.DemoPIN)
		b.press("button.yes")
		b.says("tạm khóa")
		b.press("button[name=fingerprint]")
		b.says("tạm khóa")
		_, err = c.Wait(t.Context(), op)
		require.ErrorIs(t, err, expired)

		clock.Advance(5 * time.Minute)
		op = ask(t, c, "Ký bằng vân tay", "quyet-dinh.pdf")
		b.open(demo)
		b.press("button[name=fingerprint]")
		b.says("Đã ký thành công.")
		_, err = c.Wait(t.Context(), op)
		require.NoError(t, err)
	})

	t.Run("activation", func(t *testing.T) {
		b := &browser{T: t, ctx: b.ctx, url: b.url}
		const id = "079000000777"
		user := "/phone/" + id
		code := func(id, code string) {
			b.enter("input[name=id]", id)
			b.enter("input[name=code]", code)
			b.press("form[action$=code] button")
		}
		b.open(user)
		b.says("Bước 1")
		b.shot("06-activation")
		code("079000000000", server.ActivationCode(id))
		b.says("Không tìm thấy tài khoản")
		code(id, "00000000x")
		b.says("Mã kích hoạt không đúng")
		clock.Advance(48*time.Hour + time.Second)
		code(id, server.ActivationCode(id))
		b.says("đã quá 48 giờ")
		b.shot("07-code-too-old")
		old := server.ActivationCode(id)
		b.press("#resend")
		b.says("Đã gửi mã kích hoạt mới")
		require.NotEqual(t, old, server.ActivationCode(id))
		b.open(user + "/mail")
		b.says(server.ActivationCode(id))
		b.open(user)
		code(id, server.ActivationCode(id))
		b.says("Kiểm tra thông tin", "Trần Thị Mới", id)
		b.press("#wrong")
		b.says("đã bị thu hồi", "Bước 1")
		b.shot("08-wrong-identity")
		code(id, server.ActivationCode(id))
		b.press("#right")
		b.says("Bước 2")
		for pin, says := range map[string]string{"123456": "6 chữ số", "111111": "6 chữ số", "12345": "6 chữ số"} {
			b.enter("input[name=pin]", pin)
			b.enter("input[name=again]", pin)
			b.press("form[action$=pin] button")
			b.says(says)
		}
		b.enter("input[name=pin]", "135790")
		b.enter("input[name=again]", "135791")
		b.press("form[action$=pin] button")
		b.says("không giống nhau")
		b.enter("input[name=pin]", "135790")
		b.enter("input[name=again]", "135790")
		b.press("form[action$=pin] button")
		b.says("Bước 3")
		require.ErrorIs(t, certificates(t, server, id), noCertificate, "not before the form is signed")
		b.press("form[action$=certificate] button")
		b.says("Bước 4", "Trần Thị Mới")
		b.shot("09-form")
		b.enter("input[name=pin]", "135790")
		b.press("form[action$=form] button")
		b.says("Kích hoạt tài khoản thành công", "Không có yêu cầu ký nào")
		b.shot("10-activated")
		require.NoError(t, certificates(t, server, id))

		c := clientOf(t, server, id)
		op := ask(t, c, "Ký lần đầu", "a.pdf")
		device := func(selectors ...string) {
			b.open(user)
			b.run(chromedp.Click(chromedp.CSS("summary")))
			for _, s := range selectors {
				b.run(chromedp.Click(chromedp.CSS(s)))
			}
			b.press("#device")
		}
		device("input[name=device][value='2']")
		b.says("trên một thiết bị khác")
		b.shot("11-second-device")
		device("input[name=insecure]")
		b.says("root hoặc jailbreak")
		device("input[name=insecure]", "input[name=nopush]")
		b.says("trên một thiết bị khác")

		b.open(user + "/password")
		set := func(proof, password, says string) {
			b.enter("input[name=proof]", proof)
			b.enter("input[name=password]", password)
			b.press("form[action$=password] button")
			b.says(says)
		}
		set("Old-Pass-1", "weak", "ít nhất 8 ký tự")
		set("nonsense", "New-Pass-2", "không đúng")
		b.press("#forgot")
		b.says("Đã gửi mã xác nhận")
		b.shot("11b-forgotten")
		set(server.ResetCode(id), "New-Pass-2", "Đã đổi mật khẩu")
		b.open(user + "/reactivate")
		b.enter("input[name=password]", "nonsense")
		b.press("form[action$=reactivate] button")
		b.says("không đúng")
		b.enter("input[name=password]", "New-Pass-2")
		b.press("form[action$=reactivate] button")
		b.says("Bước 1", "đổi điện thoại")
		code(id, server.ActivationCode(id))
		b.press("#right")
		b.enter("input[name=pin]", "246802")
		b.enter("input[name=again]", "246802")
		b.press("form[action$=pin] button")
		b.says("Bước 4")
		b.enter("input[name=pin]", "246802")
		b.press("form[action$=form] button")
		b.says("Đã kích hoạt lại", "Không đăng ký được thông báo đẩy", "Ký lần đầu")
		b.shot("12-reactivated")
		b.enter("input[name=pin]", "246802")
		b.press("button.yes")
		b.says("Đã ký thành công.")
		_, err := c.Wait(t.Context(), op)
		require.NoError(t, err)
		device("input[name=device][value='1']")
		b.says("trên một thiết bị khác")
	})
}
