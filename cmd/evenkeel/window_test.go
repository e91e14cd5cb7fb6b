package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// window is a real Chromium in which somebody is signed in.
type window struct {
	*testing.T
	ctx  context.Context
	base string
}

// openWindow opens one for a session.
func (f *story) openWindow(session string) *window {
	f.Helper()
	program := os.Getenv("EVENKEEL_TEST_CHROMIUM")
	if program == "" {
		if os.Getenv("CI") == "true" {
			f.Fatal("EVENKEEL_TEST_CHROMIUM is not set, and with CI=true nothing may be left out")
		}
		f.Skip("EVENKEEL_TEST_CHROMIUM is not set: THE STORY IS NOT TOLD in a browser (scripts/testenv chromium -- go test)")
	}
	ctx, cancel := chromedp.NewExecAllocator(f.Context(), append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(f.TempDir()),
		chromedp.NoSandbox, // as root there is none
		// It talks to this machine, and to nobody else.
		chromedp.ProxyServer("127.0.0.1:9"), chromedp.Flag("proxy-bypass-list", "127.0.0.1"),
	)...)
	f.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	f.Cleanup(cancel)
	w := &window{T: f.T, base: f.base}
	w.ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	f.Cleanup(cancel)
	ok[cdp.Empty](f.T)(chromedp.Call(w.ctx, network.SetCookie, network.SetCookieParams{Name: "evenkeel_session", Value: session, URL: f.base, HTTPOnly: new(true)}))
	return w
}

// open opens a page, and returns what is read on it.
func (w *window) open(path string) string {
	w.Helper()
	if err := chromedp.Do(w.ctx, chromedp.Navigate(w.base+path)); err != nil {
		w.Fatalf("open %s: %v", path, err)
	}
	return w.text()
}

// text is what is read on the page, folded parts too.
func (w *window) text() string {
	w.Helper()
	return ok[string](w.T)(chromedp.Run(w.ctx, chromedp.Evaluate[string](`(() => { document.querySelectorAll('details').forEach(d => d.open = true); return document.body.innerText })()`)))
}

// at is the path of the page.
func (w *window) at() string {
	w.Helper()
	return strings.TrimPrefix(ok[string](w.T)(chromedp.Run(w.ctx, chromedp.Location())), w.base)
}

// fill types into the form that goes to a path which ends so, presses the button with that value, or the
// first, and returns what is read on the page that comes.
func (w *window) fill(form, press string, fields map[string]string) string {
	w.Helper()
	typed := string(ok[[]byte](w.T)(json.Marshal(fields)))
	script := fmt.Sprintf(`(() => {
	document.querySelectorAll('details').forEach(d => d.open = true)
	const form = [...document.querySelectorAll('form')].find(f => new URL(f.action).pathname.endsWith(%q))
	if (!form) return 'there is no form to it'
	for (const [name, value] of Object.entries(%s)) {
		const found = [...form.querySelectorAll('[name="' + name + '"]')]
		if (!found.length) return 'it has no field ' + name
		if (['radio', 'checkbox'].includes(found[0].type)) {
			const one = found.find(e => e.value === value)
			if (!one) return 'it has no choice ' + value
			if (!one.checked) one.click()
		} else {
			found[0].value = value
			if (found[0].value !== value) return name + ' does not take ' + value + ', but ' + found[0].value
		}
	}
	const button = [...form.querySelectorAll('button')].find(b => !%q || b.value === %q)
	if (!form.reportValidity()) return 'the browser does not send it'
	button.click()
	return ''
})()`, form, typed, press, press)
	problem := ""
	_, err := chromedp.RunResponse(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		var err error
		if problem, err = chromedp.Run(ctx, chromedp.Evaluate[string](script)); err == nil && problem != "" {
			err = fmt.Errorf("the form %s: %s", form, problem)
		}
		return err
	}))
	if err != nil {
		w.Fatalf("%s: %v\n%s", w.at(), err, w.text())
	}
	return w.text()
}

// says requires words on a page.
func (w *window) says(text string, words ...string) {
	w.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			w.Errorf("%s does not say %q:\n%s", w.at(), word, text)
		}
	}
}

// evaluate is what a script says of the page.
func evaluate(w *window, script string) (string, error) {
	return chromedp.Run(w.ctx, chromedp.Evaluate[string](script))
}
