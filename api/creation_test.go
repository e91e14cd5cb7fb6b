package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestARepeatedPOSTMakesOneThing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	key := "Idempotency-Key: order-1"
	first := b.do(http.MethodPost, widgets, `{"name":"ab"}`, key)
	if first.Code != 201 || first.Header().Get("ETag") != `"1"` || first.Header().Get("Idempotency-Replayed") != "" {
		t.Fatalf("got %d %v %s", first.Code, first.Header(), first.Body)
	}
	var made Widget
	if err := json.Unmarshal(first.Body.Bytes(), &made); err != nil || first.Header().Get("Location") != "/v1/widgets/"+made.ID {
		t.Errorf("Location is %q: %v", first.Header().Get("Location"), err)
	}
	b.do(http.MethodPut, "/v1/widgets/ab", `{"name":"cd"}`, `If-Match: "1"`)

	again := b.do(http.MethodPost, widgets, `{"name":"ab"}`, key)
	if again.Code != 201 || again.Header().Get("Idempotency-Replayed") != "true" || again.Header().Get("ETag") != `"2"` || !strings.Contains(again.Body.String(), `"name":"cd"`) {
		t.Errorf("a replay is not rendered afresh: %d %v %s", again.Code, again.Header(), again.Body)
	}
	b.problem(422, "idempotency_key_reused", http.MethodPost, widgets, `{"name":"ef"}`, key)
	if b.made != 1 {
		t.Errorf("made %d", b.made)
	}
	b.do(http.MethodPost, widgets, `{"name":"ab"}`)
	b.do(http.MethodPost, widgets, `{"name":"ab"}`)
	if b.made != 3 {
		t.Errorf("without a key: made %d", b.made)
	}
}

func TestAnIdempotencyKeyIsShortAndVisible(t *testing.T) {
	t.Parallel()
	for _, key := range []string{strings.Repeat("k", 256), "a b", "é", "a\tb"} {
		b := newBench(t)
		p := b.problem(422, "invalid_input", http.MethodPost, widgets, `{"name":"ab"}`, "Idempotency-Key: "+key)
		if p.Errors[0].Pointer != "header.Idempotency-Key" || b.made != 0 {
			t.Errorf("%q: got %+v", key, p.Errors)
		}
	}
}
