/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application that has one function, for others to run. */
@SpringBootApplication(proxyBeanMethods = false)
class GreeterApplication {}
