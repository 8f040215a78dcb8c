package trust

import (
	"container/list"
	"sync"
)

// lru keeps values by key within a bound on what they cost together; what was used least recently goes first. The zero value is empty
// and keeps nothing until max is set. Safe for concurrent use; it must not be copied once used.
type lru[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*list.Element
	order   list.List // of *kept[K, V], the most recently used first
	size    int64
}

type kept[K comparable, V any] struct {
	key   K
	value V
	cost  int64
}

func (l *lru[K, V]) get(key K) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.entries[key]
	if !ok {
		var none V
		return none, false
	}
	l.order.MoveToFront(e)
	return e.Value.(*kept[K, V]).value, true
}

// put keeps a value in place of the one that was there. One that costs more than max is not kept.
func (l *lru[K, V]) put(key K, value V, cost, max int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.entries[key]; ok {
		l.drop(e)
	}
	if cost > max {
		return
	}
	if l.entries == nil {
		l.entries = make(map[K]*list.Element)
	}
	l.entries[key] = l.order.PushFront(&kept[K, V]{key, value, cost})
	l.size += cost
	for l.size > max {
		l.drop(l.order.Back())
	}
}

func (l *lru[K, V]) remove(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.entries[key]; ok {
		l.drop(e)
	}
}

func (l *lru[K, V]) drop(e *list.Element) {
	one := l.order.Remove(e).(*kept[K, V])
	delete(l.entries, one.key)
	l.size -= one.cost
}
