/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.function.MessageHandler;
import io.statefun.function.QueryHandler;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the methods of a class that handle messages, and makes them callable. */
final class HandlerMethods {

  private final Class<?> userClass;
  private final TypeVariables variables;
  private final List<Method> seen = new ArrayList<>();
  private final List<Method> found = new ArrayList<>();

  private HandlerMethods(Class<?> userClass, TypeVariables variables) {
    this.userClass = userClass;
    this.variables = variables;
  }

  /**
   * The handlers of the class and its super types, in an order that is the same at every start.
   *
   * @throws InvalidFunctionException if a method overrides a handler without being one
   */
  static List<Method> of(Class<?> userClass, TypeVariables variables) {
    HandlerMethods methods = new HandlerMethods(userClass, variables);
    methods.search();
    return methods.found;
  }

  private void search() {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> type = userClass; type != null; type = type.getSuperclass()) {
      searchIn(type);
      collectInterfaces(type, interfaces);
    }
    interfaces.forEach(this::searchIn);
  }

  private void searchIn(Class<?> type) {
    Method[] methods = type.getDeclaredMethods();
    Arrays.sort(methods, Comparator.comparing(HandlerMethods::describe));
    for (Method method : methods) {
      if (!method.isBridge() && !method.isSynthetic()) {
        visit(method);
      }
    }
  }

  private void visit(Method method) {
    boolean handler = isHandler(method);
    for (Method below : seen) {
      if (overrides(below, method, variables)) {
        if (handler && !isHandler(below)) {
          throw InvalidFunctionException.handlerNotAnnotated(describe(below), describe(method));
        }
        return;
      }
    }
    seen.add(method);
    if (handler) {
      found.add(method);
    }
  }

  private static boolean isHandler(Method method) {
    return method.isAnnotationPresent(MessageHandler.class) || isQuery(method);
  }

  /** Whether a handler answers queries. */
  static boolean isQuery(Method method) {
    return method.isAnnotationPresent(QueryHandler.class);
  }

  private static void collectInterfaces(Class<?> type, Set<Class<?>> result) {
    for (Class<?> implemented : type.getInterfaces()) {
      result.add(implemented);
      collectInterfaces(implemented, result);
    }
  }

  /** Whether a method of a class overrides or implements one of a super type of it. */
  private static boolean overrides(Method below, Method above, TypeVariables variables) {
    int modifiers = above.getModifiers() | below.getModifiers();
    if (below.getDeclaringClass() == above.getDeclaringClass()
        || Modifier.isPrivate(modifiers)
        || Modifier.isStatic(modifiers)
        || !below.getName().equals(above.getName())
        || below.getParameterCount() != above.getParameterCount()) {
      return false;
    }
    boolean visible =
        Modifier.isPublic(above.getModifiers()) || Modifier.isProtected(above.getModifiers());
    if (!visible
        && !below.getDeclaringClass().getPackage().equals(above.getDeclaringClass().getPackage())) {
      return false;
    }
    Type[] parameters = below.getGenericParameterTypes();
    Type[] others = above.getGenericParameterTypes();
    for (int i = 0; i < parameters.length; i++) {
      Class<?> parameter = variables.classOf(parameters[i]);
      if (parameter == null || parameter != variables.classOf(others[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * A method handle as {@link Handler} calls it.
   *
   * @throws InvalidFunctionException if the method cannot be called on the bean
   */
  static MethodHandle handle(Method method, Object bean, TypeVariables variables) {
    Method target = targetOn(bean, method, variables);
    try {
      target.setAccessible(true);
      MethodHandle handle = MethodHandles.lookup().unreflect(target).asFixedArity().bindTo(bean);
      int count = target.getParameterCount();
      if (isQuery(method)) {
        return handle
            .asSpreader(Object[].class, count)
            .asType(MethodType.methodType(Object.class, Object[].class));
      }
      return count <= Handler.MAX_DIRECT
          ? handle.asType(MethodType.genericMethodType(count).changeReturnType(void.class))
          : handle
              .asSpreader(Object[].class, count)
              .asType(MethodType.methodType(void.class, Object[].class));
    } catch (InaccessibleObjectException | SecurityException e) {
      throw InvalidFunctionException.inaccessible(describe(method), e);
    } catch (IllegalAccessException e) {
      throw new AssertionError("made accessible before", e);
    }
  }

  private static Method targetOn(Object bean, Method method, TypeVariables variables) {
    Class<?> type = bean.getClass();
    if (method.getDeclaringClass().isInstance(bean)) {
      if (AnnotatedFunction.isProxy(type)
          && (Modifier.isPrivate(method.getModifiers())
              || Modifier.isFinal(method.getModifiers()))) {
        throw InvalidFunctionException.hiddenByProxy(
            describe(method),
            type,
            "the method is " + (Modifier.isPrivate(method.getModifiers()) ? "private" : "final"));
      }
      return method;
    }
    Method declared = findInInterfaces(type, method, variables);
    if (declared == null) {
      throw InvalidFunctionException.hiddenByProxy(
          describe(method), type, "no interface of the proxy declares the method");
    }
    return declared;
  }

  private static @Nullable Method findInInterfaces(
      Class<?> proxy, Method method, TypeVariables variables) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    collectInterfaces(proxy, interfaces);
    for (Class<?> type : interfaces) {
      for (Method candidate : type.getMethods()) {
        if (overrides(method, candidate, variables)) {
          return candidate;
        }
      }
    }
    return null;
  }

  /** {@code package.Class.method(Parameter, Parameter)}. */
  static String describe(Method method) {
    return method.getDeclaringClass().getName()
        + "."
        + method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
