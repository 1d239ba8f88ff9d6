// Ten things that an app does, in Go, through the C library alone.
//
//	CGO_CFLAGS=… CGO_LDFLAGS=… go build mint.go && ./mint INSTALLATION_ID
//
// The app comes from the environment: see docs/environment.md. Go can be called from threads of a library, so a callback may
// run without a queue. Calls with a queue show how an event loop does it.
package main

/*
#include <appmint.h>
#include <poll.h>
#include <stdlib.h>

// Go knows no const.
typedef const appmint_call borrowed_call;
void done(void *userdata, borrowed_call *call);
*/
import "C"

import (
	"fmt"
	"os"
	"strings"
	"unsafe"
)

const (
	useDefault = C.APPMINT_DEFAULT
	minuteMs   = 60_000
)

// Failure is an error of the library, copied out of it.
type Failure struct {
	Status C.appmint_status
	Reason C.appmint_reason
	text   string
}

func (it *Failure) Error() string { return it.text }

// outcome of a call: the library's error is copied and freed.
func outcome(status C.appmint_status, failed *C.appmint_error) error {
	if status == C.APPMINT_OK {
		return nil
	}
	defer C.appmint_error_free(failed)
	return &Failure{status, C.appmint_error_reason(failed), C.GoString(C.appmint_error_to_string(failed))}
}

// withText calls with a C string and its length, which needs no NUL.
func withText(text string, call func(*C.char, C.size_t)) {
	copied := C.CString(text)
	defer C.free(unsafe.Pointer(copied))
	call(copied, C.size_t(len(text)))
}

func newApp(change func(*C.appmint_config)) (app *C.appmint_app, err error) {
	config := C.appmint_config_new()
	defer C.appmint_config_free(config)
	withText("APPMINT_", func(text *C.char, length C.size_t) { C.appmint_config_set_environment(config, text, length) })
	change(config)
	var failed *C.appmint_error
	err = outcome(C.appmint_app_new(config, &app, &failed), failed)
	return
}

func newSource(app *C.appmint_app, id string) (source *C.appmint_source, err error) {
	var failed *C.appmint_error
	withText(id, func(text *C.char, length C.size_t) {
		err = outcome(C.appmint_app_installation(app, text, length, &source, &failed), failed)
	})
	return
}

func token(source *C.appmint_source) (token *C.appmint_token, err error) {
	var failed *C.appmint_error
	err = outcome(C.appmint_source_token(source, useDefault, useDefault, &token, &failed), failed)
	return
}

func reveal(token *C.appmint_token) string { return C.GoString(C.appmint_token_reveal(token, nil)) }

func claims(app *C.appmint_app) (string, error) {
	var jwt *C.appmint_token
	var failed *C.appmint_error
	if err := outcome(C.appmint_app_jwt(app, &jwt, &failed), failed); err != nil {
		return "", err
	}
	defer C.appmint_token_free(jwt)
	return C.GoString(C.appmint_token_claims(jwt)), nil
}

func minted(app *C.appmint_app) (C.uint64_t, error) {
	var stats *C.appmint_stats
	var failed *C.appmint_error
	if err := outcome(C.appmint_app_stats(app, &stats, &failed), failed); err != nil {
		return 0, err
	}
	defer C.appmint_stats_free(stats)
	return C.uint64_t(C.appmint_stats_minted(stats)), nil
}

func get(source *C.appmint_source, path string) (status int, err error) {
	var request *C.appmint_request
	withText("GET", func(method *C.char, methodLen C.size_t) {
		withText(path, func(path *C.char, pathLen C.size_t) {
			request = C.appmint_request_new(method, methodLen, path, pathLen)
		})
	})
	defer C.appmint_request_free(request)
	var response *C.appmint_response
	var failed *C.appmint_error
	if err = outcome(C.appmint_source_request(source, request, &response, &failed), failed); err == nil {
		defer C.appmint_response_free(response)
		status = int(C.appmint_response_status(response))
	}
	return
}

func installations(app *C.appmint_app) (ids []string, err error) {
	var list *C.appmint_installations
	var failed *C.appmint_error
	if err = outcome(C.appmint_app_installations(app, &list, &failed), failed); err != nil {
		return
	}
	defer C.appmint_installations_free(list)
	for {
		var one *C.appmint_installation
		if err = outcome(C.appmint_installations_next(list, &one, &failed), failed); err != nil || one == nil {
			return
		}
		ids = append(ids, C.GoString(C.appmint_installation_id(one)))
		C.appmint_installation_free(one)
	}
}

func find(app *C.appmint_app, user string) (err error) {
	var found *C.appmint_installation
	var failed *C.appmint_error
	withText(user, func(text *C.char, length C.size_t) {
		err = outcome(C.appmint_app_find_installation(app, C.APPMINT_LOOKUP_USER, text, length, &found, &failed), failed)
	})
	C.appmint_installation_free(found)
	return
}

var completed int

//export done
func done(_ unsafe.Pointer, borrowed *C.borrowed_call) {
	call := (*C.appmint_call)(unsafe.Pointer(borrowed))
	var token *C.appmint_token
	var failed *C.appmint_error
	must(outcome(C.appmint_call_token(call, &token, &failed), failed))
	C.appmint_token_free(token)
	completed++
}

// inEventLoop starts a call, and waits for the queue's descriptor as an event loop does.
func inEventLoop(source *C.appmint_source) {
	var queue *C.appmint_queue
	var call *C.appmint_call
	var failed *C.appmint_error
	must(outcome(C.appmint_queue_new(&queue, &failed), failed))
	defer C.appmint_queue_free(queue)
	C.appmint_source_invalidate(source)
	started := C.appmint_source_token_async(source, useDefault, useDefault, queue, C.appmint_on_done(C.done), nil, &call, &failed)
	must(outcome(started, failed))
	defer C.appmint_call_free(call)
	watched := C.struct_pollfd{fd: C.appmint_queue_fd(queue), events: C.POLLIN}
	for completed == 0 && C.poll(&watched, 1, minuteMs) > 0 {
		C.appmint_queue_dispatch(queue)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var count int

func caseOf(name string, holds bool) {
	if !holds {
		must(fmt.Errorf("not so: %s", name))
	}
	count++
	fmt.Println("ok", count, name)
}

func contains(ids []string, id string) bool {
	for _, it := range ids {
		if it == id {
			return true
		}
	}
	return false
}

func main() {
	installation := os.Args[1]
	caseOf("the library has the header's interface", C.appmint_abi_version() == C.APPMINT_ABI_VERSION)

	_, err := newApp(func(it *C.appmint_config) { C.appmint_config_set_timeout_ms(it, -5) })
	refused, ok := err.(*Failure)
	caseOf("a wrong setting is named",
		ok && refused.Status == C.APPMINT_ERROR_INVALID_ARGUMENT && strings.Contains(refused.text, "timeout"))

	app, err := newApp(func(*C.appmint_config) {})
	must(err)
	defer C.appmint_app_free(app)
	caseOf("an app is made", app != nil)

	named, err := claims(app)
	must(err)
	caseOf("a JWT names the app", strings.Contains(named, os.Getenv("APPMINT_APP_ID")))

	source, err := newSource(app, installation)
	must(err)
	defer C.appmint_source_free(source)
	first, err := token(source)
	must(err)
	defer C.appmint_token_free(first)
	caseOf("a token is minted", C.appmint_token_kind(first) == C.APPMINT_TOKEN_INSTALLATION)

	again, err := token(source)
	must(err)
	defer C.appmint_token_free(again)
	mints, err := minted(app)
	must(err)
	caseOf("the second call takes it from memory", reveal(first) == reveal(again) && mints == 1)

	status, err := get(source, "/installation/repositories")
	must(err)
	caseOf("the API is called", status == 200)

	ids, err := installations(app)
	must(err)
	caseOf("the installations are listed", contains(ids, installation))

	missing, ok := find(app, "nobody-at-all").(*Failure)
	caseOf("a missing installation has its reason",
		ok && missing.Status == C.APPMINT_ERROR_NOT_FOUND && missing.Reason == C.APPMINT_REASON_NOT_INSTALLED)

	inEventLoop(source)
	caseOf("a call completes in the event loop", completed == 1)
}
