package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// chat logs one line in each way that there is.
func chat(log logr.Logger) {
	log.V(1).Info("detail")
	log.Info("news")
	log.Error(errors.New("broken"), "failure")
	library := logr.New(background{log.GetSink()})
	library.V(1).Info("detail of a library")
	library.WithName("runtime").WithValues("a", 1).Info("news of a library")
	library.Error(errors.New("broken"), "failure of a library")
	request := &reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "ns", Name: "ring"}}
	perGate(log)(request).Info("news of a gate")
	perGate(log)(nil).Info("news of a controller")
}

func TestLevels(t *testing.T) {
	for level, want := range map[string][]string{
		"error": {"failure", "failure of a library"},
		"info":  {"news", "failure", "failure of a library", "news of a gate"},
		"debug": {"detail", "news", "failure", "news of a library", "failure of a library", "news of a gate", "news of a controller"},
	} {
		var out bytes.Buffer
		log, err := newLogger(&out, level, "json")
		if err != nil {
			t.Fatal(err)
		}
		chat(log)
		var got []string
		for line := range strings.Lines(out.String()) {
			var entry struct{ Msg string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			got = append(got, entry.Msg)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", level, diff)
		}
	}
}

func TestALineInJSON(t *testing.T) {
	line := newsOfAGate(t, "json")
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatal(err)
	}
	at, isText := got["ts"].(string)
	if _, err := time.Parse(time.RFC3339Nano, at); !isText || err != nil {
		t.Errorf("ts is %v, want a time: %v", got["ts"], err)
	}
	delete(got, "ts")
	if diff := cmp.Diff(map[string]any{"level": "info", "msg": "the gate is open", "gate": "ns/ring", "reason": "RuleMet"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALineAsText(t *testing.T) {
	_, got, _ := strings.Cut(newsOfAGate(t, "text"), "\t")
	if want := "info\tthe gate is open\t{\"gate\": \"ns/ring\", \"reason\": \"RuleMet\"}\n"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}

func newsOfAGate(t *testing.T, format string) string {
	t.Helper()
	var out bytes.Buffer
	log, err := newLogger(&out, "info", format)
	if err != nil {
		t.Fatal(err)
	}
	request := &reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "ns", Name: "ring"}}
	perGate(log)(request).Info("the gate is open", "reason", "RuleMet")
	return out.String()
}
