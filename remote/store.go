package remote

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
)

// OperationStore keeps operations, so that a process that is started again finds what it was waiting for, and so that nobody is asked
// twice for the same signature. Implementations are safe for concurrent use. Operations hold no secret, but they name people.
type OperationStore interface {
	// Save keeps op under its ID, in place of an older state of it. It returns when a crash can no longer lose it.
	Save(ctx context.Context, op Operation) error

	// Load gives the operation of an ID, [ErrNotFound] when there is none.
	Load(ctx context.Context, id string) (Operation, error)

	// List gives the operations of a subscriber (Operation.Subscriber), or all when it is "", oldest first.
	List(ctx context.Context, subscriber string) ([]Operation, error)

	// Delete forgets an operation. One that is not there is no error.
	Delete(ctx context.Context, id string) error
}

// NewMemoryStore keeps operations as long as the process lives.
func NewMemoryStore() OperationStore {
	return &memoryStore{ops: make(map[string]Operation)}
}

type memoryStore struct {
	mu  sync.Mutex
	ops map[string]Operation
}

func (m *memoryStore) Save(_ context.Context, op Operation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.ops[op.ID]; !there && len(m.ops) >= limits.RemoteStored {
		return NewError(CodeStore, nil)
	}
	m.ops[op.ID] = op.Clone()
	return nil
}

func (m *memoryStore) Load(_ context.Context, id string) (Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	op, ok := m.ops[id]
	if !ok {
		return Operation{}, NewError(CodeNotFound, nil, "operation", excerpt(id, nil))
	}
	return op.Clone(), nil
}

func (m *memoryStore) List(_ context.Context, subscriber string) ([]Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Operation
	for _, op := range m.ops {
		if subscriber == "" || op.Subscriber == subscriber {
			out = append(out, op.Clone())
		}
	}
	sortByAge(out)
	return out, nil
}

func (m *memoryStore) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.ops, id)
	return nil
}

func sortByAge(ops []Operation) {
	slices.SortFunc(ops, func(a, b Operation) int {
		if c := a.Started.Compare(b.Started); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}
