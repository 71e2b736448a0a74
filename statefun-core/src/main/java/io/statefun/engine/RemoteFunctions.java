/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that run elsewhere. Used by several threads. */
public interface RemoteFunctions {

  /** There are none. */
  RemoteFunctions NONE =
      new RemoteFunctions() {

        @Override
        public Collection<RemoteFunction> named() {
          return List.of();
        }

        @Override
        public boolean hasNamespaces() {
          return false;
        }

        @Override
        public @Nullable RemoteFunction find(TypeName type) {
          return null;
        }
      };

  /** Those whose types are known. */
  Collection<RemoteFunction> named();

  /** Whether there may be others, of some namespaces. */
  boolean hasNamespaces();

  /** Those namespaces, if they are known; what is measured is measured for each of them. */
  default Collection<String> namespaces() {
    return List.of();
  }

  /**
   * A function of a type that is not {@linkplain #named named}.
   *
   * @return null if no namespace of functions elsewhere has it
   */
  @Nullable RemoteFunction find(TypeName type);
}
