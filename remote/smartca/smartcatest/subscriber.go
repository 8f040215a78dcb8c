package smartcatest

import (
	"encoding/base64"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// User is how the person behind the phone behaves.
type User string

// Users.
const (
	Approve User = "approve" // confirms after Subscriber.Delay
	Refuse  User = "refuse"  // refuses after Subscriber.Delay
	Ignore  User = "ignore"  // never looks
	Ask     User = "ask"     // whoever opens the phone page decides
)

// Subscriber is one account. Change it through [Server.Change] once the server has it.
type Subscriber struct {
	ID           string // CCCD, passport, MST
	Name         string
	Email        string
	PIN          string        // of the app, six digits
	Password     string        // of the account
	TOTPSecret   remote.Secret // base64, as SmartCA TH hands it out
	Certificates []Certificate

	User       User          // "": Ask
	Delay      time.Duration // of a user who approves or refuses by himself
	FallsBack  bool          // SmartCA TH gives no sad and asks the app
	UsedUp     bool          // the package has no signatures left
	Inactive   bool          // not activated: the phone page begins with the activation
	Biometrics bool          // the phone takes a fingerprint in place of the PIN
	Stuck      bool          // the app fails before the user can tap: transactions wait for ever

	account account
}

// The subscriber that servers have when they are given none.
const (
	DemoID       = "079000000001"
	DemoPIN      = "246810"
	DemoPassword = "Demo-Pass-1"
)

// DemoTOTP is the secret of the demo subscriber's one-time codes: 32 characters that look like hexadecimal and are the key as they are.
var DemoTOTP = remote.Secret(base64.StdEncoding.EncodeToString([]byte("3132333435363738393031323334abcd")))

// DemoSubscriber is an active person with one certificate of the authority.
func DemoSubscriber(a *Authority) (*Subscriber, error) {
	cert, err := a.Issue(Profile{Name: "NGUYEN VAN THU (TEST)", UID: "CCCD:" + DemoID})
	return &Subscriber{
		ID: DemoID, Name: "Nguyễn Văn Thử", Email: "thu@example.test", PIN: DemoPIN, Password: DemoPassword, TOTPSecret: DemoTOTP, Biometrics: true,
		Certificates: []Certificate{cert},
	}, err
}
