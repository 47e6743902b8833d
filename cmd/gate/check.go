package main

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// shortestToken is the least that an API server grants.
const shortestToken = 10 * time.Minute

// checkName wants the name of an object, where one is given.
func checkName(what, name string) error {
	if problems := validation.IsDNS1123Subdomain(name); name != "" && len(problems) > 0 {
		return fmt.Errorf("%s %q: %s", what, name, strings.Join(problems, "; "))
	}
	return nil
}

// checkNamespace wants the name of a namespace, where one is given.
func checkNamespace(flag, namespace string) error {
	if problems := validation.IsDNS1123Label(namespace); namespace != "" && len(problems) > 0 {
		return fmt.Errorf("%s %q: %s", flag, namespace, strings.Join(problems, "; "))
	}
	return nil
}

func checkDuration(d time.Duration) error {
	if d < shortestToken {
		return fmt.Errorf("--duration %s: want %s at least, no API server grants less", d, shortestToken)
	}
	return nil
}
