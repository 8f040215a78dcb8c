// Smartca-webhook is a server that asks for a signature, is shut down, is started again, is called by VNPT SmartCA when the subscriber
// has confirmed, and finishes the document. Between the two lives everything that it needs lies in a folder: the document, the prepared
// signature, and the operation. The service is a stand-in; with -ask you are the subscriber.
//
//	go run ./examples/smartca-webhook
//	go run ./examples/smartca-webhook -ask
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

// app is one life of the server.
type app struct {
	dir      string
	client   *remote.Client
	http     *http.Server
	finished chan error // one word on each document that has come to its end
}

// start begins a life: the operations of earlier ones are in the folder.
func start(dir, addr string, config smartca.Config) (*app, string, error) {
	store, err := remote.NewFolderStore(filepath.Join(dir, "operations"))
	if err != nil {
		return nil, "", err
	}
	provider, err := smartca.New(config)
	if err != nil {
		return nil, "", err
	}
	a := &app{dir: dir, finished: make(chan error, 8)}
	a.client = remote.New(provider, &remote.Options{Store: store, OnEvent: a.event})
	mux := http.NewServeMux()
	mux.Handle("/smartca", &smartca.Webhook{SPID: config.SPID, Store: store, Client: func(remote.Operation) *remote.Client { return a.client }})
	a.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", err
	}
	go func() { _ = a.http.Serve(l) }()
	return a, l.Addr().String(), nil
}

// ask prepares a document and asks for its signature. Nobody waits.
func (a *app) ask(ctx context.Context, name string, document []byte) error {
	chain, err := a.client.Certificates(ctx)
	if err != nil {
		return err
	}
	prepared, err := pdf.Prepare(ctx, bytes.NewReader(document), int64(len(document)), chain, &pdf.Options{ID: name, Title: name})
	if err != nil {
		return err
	}
	state, err := json.Marshal(prepared)
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(a.path(name), document, 0o600), os.WriteFile(a.path(name+".json"), state, 0o600)); err != nil {
		return err
	}
	_, err = a.client.Start(ctx, []signer.Request{prepared.Request()}, &remote.StartOptions{Text: name, Reference: name})
	return err
}

func (a *app) path(name string) string { return filepath.Join(a.dir, name) }

// event is called when the webhook has led to a look at the service. The signature in it is verified and in the store.
func (a *app) event(e remote.Event) {
	switch e.Kind {
	case remote.EventSigned:
		a.finished <- a.finish(context.Background(), e.Operation)
	case remote.EventEnded:
		a.finished <- e.Err
	}
}

// finish writes the signed document. A document that was changed meanwhile is refused.
func (a *app) finish(ctx context.Context, op remote.Operation) error {
	name := op.Reference
	document, err := os.ReadFile(a.path(name))
	if err != nil {
		return err
	}
	state, err := os.ReadFile(a.path(name + ".json"))
	if err != nil {
		return err
	}
	var prepared pdf.PreparedSignature
	if err := json.Unmarshal(state, &prepared); err != nil {
		return err
	}
	var signed bytes.Buffer
	if err := prepared.Finish(ctx, &signed, bytes.NewReader(document), int64(len(document)), op.Signatures()[0], nil); err != nil {
		return err
	}
	if err := os.WriteFile(a.path("signed-"+name), signed.Bytes(), 0o644); err != nil {
		return err
	}
	return a.client.Forget(ctx, op.ID)
}

// catchUp waits for what is still open: a call may have come while the server was down, and a refusal or an expiry need not be told.
func (a *app) catchUp(ctx context.Context) error {
	pending, err := a.client.Pending(ctx)
	if err != nil {
		return err
	}
	for i := range pending {
		if _, err := a.client.Wait(ctx, &pending[i]); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "be the subscriber yourself, on the phone page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, ask bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	service, err := smartcatest.Start(nil)
	if err != nil {
		return err
	}
	defer service.Close()

	first, addr, err := start(dir, "127.0.0.1:0", service.Config(smartcatest.DemoID))
	if err != nil {
		return err
	}
	service.SetWebhook(smartcatest.Webhook{URL: "http://" + addr + "/smartca"}) // as registered with VNPT
	if err := first.ask(ctx, "webhook.pdf", demodoc.PDF("Signed by somebody who takes his time.")); err != nil {
		return err
	}
	fmt.Println("asked for a signature, and shut down")
	if err := first.http.Close(); err != nil {
		return err
	}

	second, _, err := start(dir, addr, service.Config(smartcatest.DemoID))
	if err != nil {
		return err
	}
	defer second.http.Close()
	fmt.Println("started again")
	if ask {
		fmt.Printf("open %s and confirm with the PIN %s\n", service.Phone(smartcatest.DemoID), smartcatest.DemoPIN)
	} else {
		time.AfterFunc(2*time.Second, func() { service.Approve(service.Transactions()[0].ID) })
	}
	if err := second.catchUp(ctx); err != nil { // the webhook makes it look at once
		return err
	}
	if err := <-second.finished; err != nil {
		return err
	}
	fmt.Println("signed:", filepath.Join(dir, "signed-webhook.pdf"))
	return nil
}
