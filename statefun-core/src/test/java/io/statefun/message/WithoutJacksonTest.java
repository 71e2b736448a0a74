/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.message.proto.Parcel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import org.junit.jupiter.api.Test;

/** The classes of the package in a class loader that has no Jackson. */
class WithoutJacksonTest {

  record Point(int x, int y) {}

  private static final class NoJackson extends ClassLoader {

    NoJackson() {
      super(WithoutJacksonTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("tools.jackson.") || name.startsWith("com.fasterxml.jackson.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.statefun.message.") || name.contains(".proto.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static Object forClass(Class<?> type) throws ReflectiveOperationException {
    Class<?> registry = new NoJackson().loadClass(MessageTypes.class.getName());
    Object types = registry.getMethod("standard").invoke(null);
    return registry.getMethod("forClass", Class.class).invoke(types, type);
  }

  @Test
  void builtInTypesAndProtobufNeedNoJackson() throws ReflectiveOperationException {
    assertThat(forClass(String.class)).hasToString("io.statefun.types/string");
    assertThat(forClass(Parcel.class)).hasToString("type.googleapis.com/io.statefun.test.Parcel");
  }

  @Test
  void recordIsRefusedWithTheDependencyToAdd() {
    assertThatThrownBy(() -> forClass(Point.class))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tools.jackson.core:jackson-databind");
  }
}
