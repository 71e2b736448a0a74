/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which values of a class that Jackson writes are stored and sent. Without it the
 * name is {@code io.statefun.json/} and the class name, so that renaming or moving the class makes
 * stored values and waiting messages unreadable.
 *
 * <p>In a hierarchy of types it belongs on the root, whose name all values carry.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface MessageTypeName {

  /** The type name, {@code namespace/name}. It must never change for stored data. */
  String value();
}
