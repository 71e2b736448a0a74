/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.io.Egress;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** A method of a bean that receives the records of an egress. */
final class EgressListenerMethod {

  private final BeanFactory beans;
  private final String beanName;
  private final Method method;
  private final @Nullable Class<?> valueClass;
  private final @Nullable MessageType<?> valueType;
  private volatile @Nullable Target target;

  private EgressListenerMethod(
      BeanFactory beans,
      String beanName,
      Method method,
      @Nullable Class<?> valueClass,
      @Nullable MessageType<?> valueType) {
    this.beans = beans;
    this.beanName = beanName;
    this.method = method;
    this.valueClass = valueClass;
    this.valueType = valueType;
  }

  /**
   * Looks at a method.
   *
   * @throws StateFunConfigurationException if it cannot receive records
   */
  static EgressListenerMethod of(
      BeanFactory beans, String beanName, Method method, MessageTypes types) {
    String name = describe(method);
    if (method.getReturnType() != void.class) {
      throw new StateFunConfigurationException(
          "The method %s has @EgressListener, but returns %s."
              .formatted(name, method.getReturnType().getName()),
          "Make it void, and let it return when the record is delivered.");
    }
    List<Class<?>> values = new ArrayList<>();
    for (int i = 0; i < method.getParameterCount(); i++) {
      Class<?> type = ResolvableType.forMethodParameter(new MethodParameter(method, i)).toClass();
      if (type != Egress.Delivery.class) {
        values.add(type);
      }
    }
    if (values.size() > 1 || method.getParameterCount() == 0) {
      throw new StateFunConfigurationException(
          "The method %s has @EgressListener, but takes %s."
              .formatted(name, values.isEmpty() ? "nothing" : "several values"),
          "Let it take the record's value, an Egress.Delivery, or both.");
    }
    if (values.isEmpty() || values.get(0) == TypedValue.class) {
      return new EgressListenerMethod(beans, beanName, method, null, null);
    }
    Class<?> value = values.get(0);
    try {
      return new EgressListenerMethod(
          beans,
          beanName,
          method,
          ClassUtils.resolvePrimitiveIfNecessary(value),
          types.rootOf(value));
    } catch (IllegalArgumentException e) {
      throw new StateFunConfigurationException(
          "The method %s takes records with values of %s. %s"
              .formatted(name, value.getName(), e.getMessage()),
          "Change the type as described, or take an Egress.Delivery.",
          e);
    }
  }

  /**
   * Calls the method if it takes the record.
   *
   * @return whether it does
   */
  boolean deliver(Egress.Delivery delivery) throws Exception {
    Object value = delivery.value();
    MessageType<?> type = valueType;
    Class<?> wanted = valueClass;
    if (type != null && wanted != null) {
      if (!delivery.value().typeName().equals(type.typeName())) {
        return false;
      }
      value = delivery.value().as(type);
      if (!wanted.isInstance(value)) {
        return false;
      }
    }
    call(value, delivery);
    return true;
  }

  private void call(Object value, Egress.Delivery delivery) throws Exception {
    Target resolved = target();
    Object[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> type == Egress.Delivery.class ? delivery : value)
            .toArray();
    try {
      resolved.method().invoke(resolved.bean(), arguments);
    } catch (InvocationTargetException e) {
      ReflectionUtils.rethrowException(e.getTargetException());
    }
  }

  private Target target() {
    Target known = target;
    if (known == null) {
      Object bean = beans.getBean(beanName);
      Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
      ReflectionUtils.makeAccessible(invocable);
      known = new Target(bean, invocable);
      target = known;
    }
    return known;
  }

  private static String describe(Method method) {
    return method.getDeclaringClass().getName() + "." + method.getName();
  }

  @Override
  public String toString() {
    return describe(method);
  }

  private record Target(Object bean, Method method) {}
}
