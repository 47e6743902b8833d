// Package apiserver tests rendered trees on a real kube-apiserver: schemas, CEL rules and admission of every object.
package apiserver
