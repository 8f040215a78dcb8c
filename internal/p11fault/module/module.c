// A PKCS#11 module that stands in front of SoftHSM and misbehaves as it is told. Tests only.
//
// It takes SoftHSM's function list and puts its own functions in place of some. What it is to do, and what it counts, stands in a file
// that is mapped into memory, named like the module with ".ctl" behind: a test writes and reads it from Go, also across processes. The
// numbers F_… of its fields are given by the compiler's command line (see p11fault.go).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef unsigned long ul;
typedef unsigned char by;

struct list { by version[2]; void *f[68]; };
struct attribute { ul type; void *value; ul length; };
struct token_info {
	by label[32], manufacturer[32], model[16], serial[16];
	ul flags, max_sessions, sessions, max_rw, rw, max_pin, min_pin, memory[4];
	by versions[4], utc[16];
};

// Places in CK_FUNCTION_LIST.
enum {
	INITIALIZE = 0, FINALIZE = 1, GET_FUNCTION_LIST = 3, GET_SLOT_LIST = 4, GET_SLOT_INFO = 5, GET_TOKEN_INFO = 6, GET_MECHANISM_INFO = 8,
	INIT_PIN = 10, SET_PIN = 11, OPEN_SESSION = 12, CLOSE_SESSION = 13, CLOSE_ALL = 14, LOGIN = 18, LOGOUT = 19, GET_ATTRIBUTE = 24,
	FIND_INIT = 26, FIND = 27, FIND_FINAL = 28, SIGN_INIT = 42, SIGN = 43,
};

enum { DEVICE_REMOVED = 0x32, CANT_LOCK = 0x0A, ARGUMENTS_BAD = 7, MECHANISM_INVALID = 0x70, PIN_INCORRECT = 0xA0, PIN_LOCKED = 0xA4,
	SESSION_COUNT = 0xB1, SESSION_INVALID = 0xB3, TOKEN_NOT_PRESENT = 0xE0, WRITE_PROTECTED = 0xE2, NOT_LOGGED_IN = 0x101, GENERAL = 5, SLOT_INVALID = 3 };

// The mapped file: fields, then calls by place in the list, then texts.
struct control {
	int64_t field[128];
	int64_t calls[128];
	char softhsm[512], serial[16], pin[64];
};
static struct control *ctl;
static struct list ours, *soft;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

// SoftHSM does not bear that a session is closed while it is used: calls hold this for reading, and sessions die under it for writing.
static pthread_rwlock_t alive = PTHREAD_RWLOCK_INITIALIZER;
static __thread int reading;
static void stop_reading(void) { if (reading) { reading = 0; pthread_rwlock_unlock(&alive); } }

static int64_t get(int f) { return __atomic_load_n(&ctl->field[f], __ATOMIC_SEQ_CST); }
static void set(int f, int64_t v) { __atomic_store_n(&ctl->field[f], v, __ATOMIC_SEQ_CST); }
static int64_t add(int f, int64_t n) { return __atomic_add_fetch(&ctl->field[f], n, __ATOMIC_SEQ_CST); }
static void most(int f, int64_t v) { if (v > get(f)) set(f, v); }

// Sessions that we gave out.
#define SESSIONS 256
static struct { ul handle; int used, dead, hide, always; } table[SESSIONS];
static int logged;      // the user, as far as we know
static uint64_t good;   // mark of the PIN that succeeded last

static int slot_of(ul h) { for (int i = 0; i < SESSIONS; i++) if (table[i].used && table[i].handle == h) return i; return -1; }

// inside is what every function does first: count, crash, hang, be slow, fail as told.
static ul inside(int f) {
	__atomic_add_fetch(&ctl->calls[f], 1, __ATOMIC_SEQ_CST);
	most(F_CONCURRENT, add(F_INSIDE, 1));
	if (get(F_CRASH_AT) == f + 1) abort();
	while (get(F_HANG_AT) == f + 1) usleep(1000);
	if (get(F_SLOW_AT) == f + 1) usleep(get(F_SLOW_MICROSECONDS));
	if (get(F_FAIL_AT) == f + 1 && add(F_FAIL_COUNT, -1) >= 0) { return get(F_FAIL_VALUE); }
	return 0;
}
static ul leave(ul r) { stop_reading(); add(F_INSIDE, -1); return r; }
#define ENTER(f) do { ul r_ = inside(f); if (r_) return leave(r_); } while (0)
#define CALL(at, type) ((ul (*) type)soft->f[at])

// kill makes all sessions dead and the log-in lost.
static void kill_sessions(void) {
	stop_reading();
	pthread_rwlock_wrlock(&alive);
	pthread_mutex_lock(&mu);
	for (int i = 0; i < SESSIONS; i++) if (table[i].used && !table[i].dead) {
		table[i].dead = 1;
		CALL(CLOSE_SESSION, (ul))(table[i].handle);
		add(F_SESSIONS, -1);
	}
	logged = 0;
	pthread_mutex_unlock(&mu);
	pthread_rwlock_unlock(&alive);
}

static void pull_out(void) { set(F_REMOVED, 1); add(F_REMOVALS, 1); kill_sessions(); }

// checked says whether a session can be used, and keeps it alive until leave.
static ul checked(ul h) {
	if (get(F_REMOVED)) { kill_sessions(); return DEVICE_REMOVED; }
	if (get(F_KILL)) { set(F_KILL, 0); kill_sessions(); }
	pthread_rwlock_rdlock(&alive);
	reading = 1;
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	ul r = i < 0 || table[i].dead ? SESSION_INVALID : 0;
	pthread_mutex_unlock(&mu);
	return r;
}

// ours_in reports whether a slot of SoftHSM has our token.
static int ours_in(ul slot) {
	struct token_info info;
	return CALL(GET_TOKEN_INFO, (ul, struct token_info *))(slot, &info) == 0 && !memcmp(info.serial, ctl->serial, 16);
}

// real is SoftHSM's slot of our token; 0 when found. A test process has hundreds, so it is remembered.
static ul real(ul *slot) {
	static ul known;
	static int found;
	if (found && ours_in(known)) { *slot = known; return 0; }
	static ul slots[4096];
	pthread_mutex_lock(&mu);
	ul n = 4096, r = CALL(GET_SLOT_LIST, (by, ul *, ul *))(1, slots, &n);
	for (ul i = 0; r == 0 && i < n; i++) if (ours_in(slots[i])) { known = *slot = slots[i]; found = 1; pthread_mutex_unlock(&mu); return 0; }
	pthread_mutex_unlock(&mu);
	return r ? r : TOKEN_NOT_PRESENT;
}
static ul shown(void) { return 1 + (ul)get(F_MOVED); }
static ul here(ul slot) {
	if (get(F_REMOVED)) return TOKEN_NOT_PRESENT;
	return slot == shown() ? 0 : SLOT_INVALID;
}

static ul initialize(void *args) {
	ENTER(INITIALIZE);
	struct { void *f[4]; ul flags; void *reserved; } *a = args;
	if (get(F_CANT_LOCK) && a && a->flags & 2) return leave(CANT_LOCK);
	ul r = CALL(INITIALIZE, (void *))(args);
	if (r == 0 || r == 0x191) { add(F_INITIALIZED, 1); r = 0; }
	return leave(r);
}
static ul finalize(void *reserved) { ENTER(FINALIZE); kill_sessions(); add(F_FINALIZED, 1); return leave(0); } // SoftHSM goes on for others

static ul get_slot_list(by present, ul *slots, ul *n) {
	ENTER(GET_SLOT_LIST);
	if (get(F_REMOVED) && get(F_REPLUG_AFTER) > 0 && add(F_REPLUG_AFTER, -1) == 0) { set(F_REMOVED, 0); set(F_MOVED, get(F_MOVED) + get(F_MOVE)); }
	ul count = get(F_NO_READER) || (present && (get(F_REMOVED) || get(F_NO_TOKEN))) ? 0 : 1;
	if (slots && count) slots[0] = shown();
	*n = count;
	return leave(0);
}
static ul get_slot_info(ul slot, void *info) {
	ENTER(GET_SLOT_INFO);
	ul s, r = real(&s);
	return leave(r ? r : CALL(GET_SLOT_INFO, (ul, void *))(s, info));
}
static ul flags_of(int used, int max, ul shift) {
	ul f = 0;
	int64_t u = get(used), m = get(max);
	if (m <= 0) return 0;
	if (u > 0) f |= 0x10000;
	if (m - u == 1) f |= 0x20000;
	if (u >= m) f |= 0x40000;
	return f << shift;
}
static ul get_token_info(ul slot, struct token_info *info) {
	ENTER(GET_TOKEN_INFO);
	ul s, r = here(slot);
	if (!r) r = real(&s);
	if (!r) r = CALL(GET_TOKEN_INFO, (ul, struct token_info *))(s, info);
	if (r) return leave(r);
	info->flags &= ~(0xFF0000UL | (ul)get(F_FLAGS_CLEAR));
	info->flags |= flags_of(F_TRIES_USED, F_TRIES_MAX, 0) | flags_of(F_SO_TRIES_USED, F_SO_TRIES_MAX, 4) | (ul)get(F_FLAGS_SET);
	if (get(F_PROTECTED_PATH)) info->flags |= 0x100;
	if (get(F_MAX_SESSIONS) && !get(F_MAX_SESSIONS_HIDDEN)) info->max_sessions = get(F_MAX_SESSIONS);
	if (get(F_MAX_PIN)) { info->max_pin = get(F_MAX_PIN); info->min_pin = get(F_MIN_PIN); }
	if (get(F_OTHER_SERIAL)) info->serial[0] ^= 1;
	return leave(0);
}
static ul get_mechanism_info(ul slot, ul type, void *info) {
	ENTER(GET_MECHANISM_INFO);
	if (get(F_NO_PSS) && type == 0xD) return leave(MECHANISM_INVALID);
	ul s, r = here(slot);
	if (!r) r = real(&s);
	return leave(r ? r : CALL(GET_MECHANISM_INFO, (ul, ul, void *))(s, type, info));
}

static ul open_session(ul slot, ul flags, void *app, void *notify, ul *h) {
	ENTER(OPEN_SESSION);
	ul s, r = here(slot);
	if (!r) r = real(&s);
	if (!r && get(F_WRITE_REFUSED) && flags & 2) r = WRITE_PROTECTED;
	if (!r && get(F_MAX_SESSIONS) && get(F_SESSIONS) >= get(F_MAX_SESSIONS)) r = SESSION_COUNT;
	if (!r) r = CALL(OPEN_SESSION, (ul, ul, void *, void *, ul *))(s, flags, app, notify, h);
	if (r) return leave(r);
	pthread_mutex_lock(&mu);
	int i = slot_of(*h);
	for (int j = 0; i < 0 && j < SESSIONS; j++) if (!table[j].used) i = j;
	if (i < 0) abort();
	memset(&table[i], 0, sizeof table[i]);
	table[i].used = 1; table[i].handle = *h;
	pthread_mutex_unlock(&mu);
	add(F_OPENED, 1);
	most(F_SESSIONS_MOST, add(F_SESSIONS, 1));
	return leave(0);
}
static ul close_session(ul h) {
	ENTER(CLOSE_SESSION);
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	int dead = i < 0 || table[i].dead;
	if (i >= 0) table[i].used = 0;
	pthread_mutex_unlock(&mu);
	if (dead) return leave(SESSION_INVALID);
	ul r = CALL(CLOSE_SESSION, (ul))(h);
	if (r == 0 && add(F_SESSIONS, -1) == 0) logged = 0;
	return leave(r);
}
static ul close_all(ul slot) { ENTER(CLOSE_ALL); kill_sessions(); return leave(0); }

// Marks of PINs that were wrong, by user, so that one that is sent again is noticed.
static struct { uint64_t mark; } wrong[64];
static int wrongs;
static uint64_t mark(ul user, const by *pin, ul n) {
	uint64_t h = 14695981039346656037UL ^ user;
	for (ul i = 0; i < n; i++) h = (h ^ pin[i]) * 1099511628211UL;
	return h;
}

// tried keeps the books of a PIN that is about to be looked at, and of the answer.
static ul before(ul user, uint64_t m) {
	int so = user == 0;
	add(so ? F_SO_PINS : F_PINS, 1);
	for (int i = 0; i < wrongs; i++) if (wrong[i].mark == m) add(F_REPEATED, 1);
	int64_t max = get(so ? F_SO_TRIES_MAX : F_TRIES_MAX);
	return max > 0 && get(so ? F_SO_TRIES_USED : F_TRIES_USED) >= max ? PIN_LOCKED : 0;
}
static ul after(ul user, uint64_t m, ul r) {
	int so = user == 0;
	if (r == PIN_INCORRECT) {
		if (wrongs < 64) wrong[wrongs++].mark = m;
		add(so ? F_SO_WRONG : F_WRONG, 1);
		add(so ? F_SO_TRIES_USED : F_TRIES_USED, 1);
	} else if (r == 0) {
		set(so ? F_SO_TRIES_USED : F_TRIES_USED, 0);
	}
	return r;
}

static ul login(ul h, ul user, by *pin, ul n) {
	ENTER(LOGIN);
	ul r = checked(h);
	if (r) return leave(r);
	if (get(F_PROTECTED_PATH)) {
		if (pin) { add(F_PIN_ON_WIRE, 1); return leave(ARGUMENTS_BAD); }
		pin = (by *)ctl->pin; n = strlen(ctl->pin);
	}
	if (!pin) return leave(ARGUMENTS_BAD);
	uint64_t m = mark(user == 2 ? 1 : user, pin, n);
	if ((r = before(user, m))) return leave(r);
	if (user == 2) {
		add(F_CONTEXT_LOGINS, 1);
		pthread_mutex_lock(&mu);
		int i = slot_of(h);
		r = m == good ? 0 : PIN_INCORRECT;
		if (i >= 0 && r == 0) table[i].always = 2;
		pthread_mutex_unlock(&mu);
		return leave(after(user, m, r));
	}
	r = after(user, m, CALL(LOGIN, (ul, ul, by *, ul))(h, user, pin, n));
	if (r == 0) { add(F_LOGINS, 1); if (user == 1) { logged = 1; good = m; } }
	return leave(r);
}
static ul logout(ul h) {
	ENTER(LOGOUT);
	ul r = checked(h);
	if (r) return leave(r);
	r = CALL(LOGOUT, (ul))(h);
	if (r == 0) { add(F_LOGOUTS, 1); logged = 0; }
	return leave(r);
}
static ul init_pin(ul h, by *pin, ul n) {
	ENTER(INIT_PIN);
	ul r = checked(h);
	if (!r) r = CALL(INIT_PIN, (ul, by *, ul))(h, pin, n);
	if (r == 0) { set(F_TRIES_USED, 0); wrongs = 0; }
	return leave(r);
}
static ul set_pin(ul h, by *old, ul n, by *fresh, ul m) {
	ENTER(SET_PIN);
	ul r = checked(h);
	if (r) return leave(r);
	uint64_t k = mark(1, old, n);
	if ((r = before(1, k))) return leave(r);
	r = after(1, k, CALL(SET_PIN, (ul, by *, ul, by *, ul))(h, old, n, fresh, m));
	if (r == 0) wrongs = 0;
	return leave(r);
}

static ul get_attribute(ul h, ul o, struct attribute *a, ul n) {
	ENTER(GET_ATTRIBUTE);
	ul r = checked(h);
	if (r) return leave(r);
	if (get(F_SIZE_ZERO)) {
		int query = 0;
		for (ul i = 0; i < n; i++) if (!a[i].value) { a[i].length = 0; query = 1; }
		if (query) return leave(0);
	}
	r = CALL(GET_ATTRIBUTE, (ul, ul, struct attribute *, ul))(h, o, a, n);
	for (ul i = 0; r == 0 && i < n; i++) if (get(F_ALWAYS_AUTHENTICATE) && a[i].type == 0x202 && a[i].value && a[i].length == 1) *(by *)a[i].value = 1;
	return leave(r);
}
static ul find_init(ul h, struct attribute *a, ul n) {
	ENTER(FIND_INIT);
	ul r = checked(h);
	if (r) return leave(r);
	int certificates = n == 0;
	for (ul i = 0; i < n; i++) if (a[i].type == 0 && a[i].value && *(ul *)a[i].value == 1) certificates = 1;
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	if (i >= 0) table[i].hide = certificates && get(F_PRIVATE_CERTIFICATES) && !logged;
	pthread_mutex_unlock(&mu);
	return leave(CALL(FIND_INIT, (ul, struct attribute *, ul))(h, a, n));
}
static ul find(ul h, ul *o, ul max, ul *n) {
	ENTER(FIND);
	ul r = checked(h);
	if (!r) r = CALL(FIND, (ul, ul *, ul, ul *))(h, o, max, n);
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	if (r == 0 && i >= 0 && table[i].hide) *n = 0;
	pthread_mutex_unlock(&mu);
	return leave(r);
}
static ul find_final(ul h) { ENTER(FIND_FINAL); ul r = checked(h); return leave(r ? r : CALL(FIND_FINAL, (ul))(h)); }

static ul sign_init(ul h, struct attribute *mechanism, ul key) {
	ENTER(SIGN_INIT);
	ul r = checked(h);
	if (!r && get(F_NO_PSS) && mechanism->type == 0xD) r = MECHANISM_INVALID;
	if (!r) r = CALL(SIGN_INIT, (ul, void *, ul))(h, mechanism, key);
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	if (i >= 0) table[i].always = get(F_ALWAYS_AUTHENTICATE) ? 1 : 0;
	pthread_mutex_unlock(&mu);
	return leave(r);
}
static ul sign(ul h, by *in, ul n, by *out, ul *length) {
	ENTER(SIGN);
	if (get(F_REMOVE_AT) > 0 && get(F_SIGNATURES) >= get(F_REMOVE_AT)) { set(F_REMOVE_AT, 0); pull_out(); }
	if (get(F_KILL_AT) > 0 && get(F_SIGNATURES) >= get(F_KILL_AT)) { set(F_KILL_AT, 0); kill_sessions(); }
	ul r = checked(h);
	if (r) return leave(r);
	if (get(F_SIZE_ZERO) && !out) { *length = 0; return leave(0); }
	pthread_mutex_lock(&mu);
	int i = slot_of(h);
	int barred = i >= 0 && table[i].always == 1;
	pthread_mutex_unlock(&mu);
	if (barred) return leave(NOT_LOGGED_IN);
	r = CALL(SIGN, (ul, by *, ul, by *, ul *))(h, in, n, out, length);
	if (r || !out) return leave(r);
	int64_t made = add(F_SIGNATURES, 1);
	if (get(F_LOSE_AT) > 0 && made >= get(F_LOSE_AT)) { set(F_LOSE_AT, 0); pull_out(); return leave(DEVICE_REMOVED); } // made, and never returned
	if (get(F_WRONG_SIGNATURES) > 0 && add(F_WRONG_SIGNATURES, -1) >= 0) out[*length / 2] ^= 1;
	add(F_RETURNED, 1);
	return leave(0);
}

static ul function_list(struct list **out) { *out = &ours; return 0; }

ul C_GetFunctionList(struct list **out) {
	Dl_info me;
	char path[4096];
	if (!dladdr((void *)C_GetFunctionList, &me)) return GENERAL;
	snprintf(path, sizeof path, "%s.ctl", me.dli_fname);
	if (!ctl) {
		int fd = open(path, O_RDWR);
		if (fd < 0) return GENERAL;
		void *p = mmap(NULL, sizeof *ctl, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
		if (p == MAP_FAILED) return GENERAL;
		ctl = p;
		void *so = dlopen(ctl->softhsm, RTLD_NOW);
		ul (*list)(struct list **) = so ? (ul (*)(struct list **))dlsym(so, "C_GetFunctionList") : NULL;
		if (!list || list(&soft)) { ctl = NULL; return GENERAL; }
		ours = *soft;
		struct { int at; void *f; } own[] = {
			{INITIALIZE, initialize}, {FINALIZE, finalize}, {GET_FUNCTION_LIST, function_list}, {GET_SLOT_LIST, get_slot_list}, {GET_SLOT_INFO, get_slot_info},
			{GET_TOKEN_INFO, get_token_info}, {GET_MECHANISM_INFO, get_mechanism_info}, {INIT_PIN, init_pin}, {SET_PIN, set_pin},
			{OPEN_SESSION, open_session}, {CLOSE_SESSION, close_session}, {CLOSE_ALL, close_all}, {LOGIN, login}, {LOGOUT, logout},
			{GET_ATTRIBUTE, get_attribute}, {FIND_INIT, find_init}, {FIND, find}, {FIND_FINAL, find_final}, {SIGN_INIT, sign_init}, {SIGN, sign},
		};
		for (unsigned i = 0; i < sizeof own / sizeof *own; i++) ours.f[own[i].at] = own[i].f;
	}
	*out = &ours;
	return 0;
}
