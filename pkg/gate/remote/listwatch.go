package remote

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// listWatch is what a reflector lists and watches with. It tells of each failure, which a reflector keeps to itself, and of each watch that
// began: only that is the end of a failure, or one of watches alone would come and go with each list.
type listWatch struct {
	resource dynamic.ResourceInterface
	only     string // the name of the only object wanted; empty: all
	heard    func()
	failed   func(error)
}

// IsWatchListSemanticsUnSupported makes the reflector list first: a list has a deadline, a watch has none.
func (l *listWatch) IsWatchListSemanticsUnSupported() bool { return true }

// ListWithContext lists, with a deadline.
func (l *listWatch) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	list, err := l.resource.List(limited, l.narrow(options))
	if err != nil {
		l.tell(ctx, err)
		return nil, err // not list: a nil pointer in an interface is not nil
	}
	return list, nil // the reflector has it taken in, and goes on to watch
}

// WatchWithContext begins a watch.
func (l *listWatch) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	watching, err := l.resource.Watch(ctx, l.narrow(options))
	l.tell(ctx, err)
	return watching, err
}

// List is [listWatch.ListWithContext] for a caller without a context; the reflector is none.
func (l *listWatch) List(options metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(context.Background(), options)
}

// Watch is [listWatch.WatchWithContext] for a caller without a context; the reflector is none.
func (l *listWatch) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(context.Background(), options)
}

func (l *listWatch) narrow(options metav1.ListOptions) metav1.ListOptions {
	if l.only != "" {
		options.FieldSelector = "metadata.name=" + l.only
	}
	return options
}

func (l *listWatch) tell(ctx context.Context, err error) {
	switch {
	case err == nil, apierrors.IsResourceExpired(err), apierrors.IsGone(err): // the reflector lists anew
		l.heard()
	case ctx.Err() == nil: // else it was we who ended it
		l.failed(err)
	}
}
