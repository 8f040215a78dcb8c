package remote

import "time"

// EventKind says what happened to an operation.
type EventKind string

// Kinds of events, in the order in which they come.
const (
	EventSent     EventKind = "sent"         // the service has taken the operation and asks the subscriber
	EventControl  EventKind = "control-code" // show Operation.Control to the subscriber
	EventWaiting  EventKind = "waiting"      // a look found it unanswered; Left says how long the service goes on waiting
	EventApproved EventKind = "approved"     // the subscriber has confirmed
	EventTrouble  EventKind = "trouble"      // a look failed in a way that the next may not; Err says how
	EventSigned   EventKind = "signed"       // the signatures are there and verified
	EventEnded    EventKind = "ended"        // it ended without; Err says how
)

// Event tells a user interface how an operation goes on. It holds no secret. Where several processes look at one operation, or a call
// of the service comes while somebody waits, its end may be told more than once.
type Event struct {
	Kind      EventKind
	Operation Operation     // a copy, as it stands now
	Left      time.Duration // until its deadline
	Err       error         // of EventTrouble and EventEnded

	// Part is which of Parts confirmations this is, from 1, where a batch is larger than the service takes at once ([Options].Split);
	// both are 0 otherwise. The text that the subscriber is shown says it too.
	Part, Parts int
}
