/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.ZoneId;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds out whether values of a type can never change. It errs on the safe side: a class that is no
 * record counts as mutable, and so do collections, whoever made them.
 *
 * <p>A type that contains itself counts as mutable too. An immutable value is written long after
 * the handler that made it, where a failure would stop the node; and a value of any depth can be
 * too deep to be written.
 */
final class Immutability {

  private static final Set<Class<?>> VALUES =
      Set.of(
          Boolean.class,
          Byte.class,
          Character.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          String.class,
          BigDecimal.class,
          BigInteger.class,
          UUID.class,
          URI.class,
          Locale.class,
          Currency.class,
          ZoneId.class,
          Address.class,
          TypeName.class);

  private final Set<Type> underWay = new HashSet<>();

  private Immutability() {}

  static boolean isImmutable(Class<?> type) {
    return new Immutability().check(type, Map.of());
  }

  /** Whether the class is one of the values of the JDK or of this package that never change. */
  static boolean isValue(Class<?> type) {
    return VALUES.contains(type)
        || type.getPackageName().equals("java.time") && Modifier.isFinal(type.getModifiers());
  }

  private boolean check(Type type, Map<TypeVariable<?>, Type> variables) {
    if (type instanceof Class<?> plain) {
      return checkClass(plain);
    }
    if (type instanceof TypeVariable<?> variable) {
      Type argument = variables.get(variable);
      return argument != null && check(argument, Map.of());
    }
    return type instanceof ParameterizedType generic && checkGeneric(generic, variables);
  }

  private boolean checkClass(Class<?> type) {
    if (type.isPrimitive()
        || type.isEnum()
        || isValue(type)
        || ByteString.class.isAssignableFrom(type)
        || Message.class.isAssignableFrom(type)) {
      return true;
    }
    if (type.isArray() || type.getTypeParameters().length > 0) {
      return false;
    }
    if (!underWay.add(type)) {
      return false;
    }
    boolean immutable = type.isRecord() ? checkComponents(type, Map.of()) : checkSealed(type);
    underWay.remove(type);
    return immutable;
  }

  private boolean checkSealed(Class<?> type) {
    if (!type.isInterface() || !type.isSealed()) {
      return false;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (!checkClass(permitted)) {
        return false;
      }
    }
    return true;
  }

  private boolean checkGeneric(ParameterizedType type, Map<TypeVariable<?>, Type> variables) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return check(arguments[0], variables);
    }
    if (!raw.isRecord()) {
      return false;
    }
    Map<TypeVariable<?>, Type> inner = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      Type argument = arguments[i];
      if (argument instanceof TypeVariable<?> variable) {
        argument = variables.get(variable);
      }
      if (argument == null || !check(argument, variables)) {
        return false;
      }
      inner.put(raw.getTypeParameters()[i], argument);
    }
    if (!underWay.add(type)) {
      return false;
    }
    boolean immutable = checkComponents(raw, inner);
    underWay.remove(type);
    return immutable;
  }

  private boolean checkComponents(Class<?> type, Map<TypeVariable<?>, Type> variables) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (!check(component.getGenericType(), variables)) {
        return false;
      }
    }
    return true;
  }
}
