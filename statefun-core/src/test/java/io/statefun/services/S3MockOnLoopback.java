/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Starts S3Mock. It always opens a second port, and has no setting to keep others than this machine
 * from that. It and its Spring Boot are used by their names, as it runs with a class path of its
 * own.
 */
final class S3MockOnLoopback {

  private static final String SPRING = "org.springframework.";

  private S3MockOnLoopback() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    Class<?> type = Class.forName(SPRING + "boot.SpringApplication");
    Object application =
        type.getConstructor(Class[].class)
            .newInstance(
                (Object)
                    new Class<?>[] {Class.forName("com.adobe.testing.s3mock.S3MockApplication")});
    Class<?> initializer = Class.forName(SPRING + "context.ApplicationContextInitializer");
    Object initializers = Array.newInstance(initializer, 1);
    Array.set(initializers, 0, proxy(initializer, S3MockOnLoopback::initialize));
    type.getMethod("addInitializers", initializers.getClass()).invoke(application, initializers);
    type.getMethod("run", String[].class).invoke(application, (Object) args);
  }

  private static Object proxy(Class<?> type, InvocationHandler handler) {
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  /** As {@code ApplicationContextInitializer.initialize} does. */
  private static @Nullable Object initialize(Object proxy, Method called, Object[] arguments)
      throws ReflectiveOperationException {
    if (called.getDeclaringClass() == Object.class) {
      return ownMethod(proxy, called, arguments);
    }
    Object beans =
        Class.forName(SPRING + "context.ConfigurableApplicationContext")
            .getMethod("getBeanFactory")
            .invoke(arguments[0]);
    Class<?> processor = Class.forName(SPRING + "beans.factory.config.BeanPostProcessor");
    Class.forName(SPRING + "beans.factory.config.ConfigurableBeanFactory")
        .getMethod("addBeanPostProcessor", processor)
        .invoke(beans, proxy(processor, S3MockOnLoopback::process));
    return null;
  }

  /** As the methods of a {@code BeanPostProcessor} do. */
  private static Object process(Object proxy, Method called, Object[] arguments)
      throws ReflectiveOperationException {
    if (called.getDeclaringClass() == Object.class) {
      return ownMethod(proxy, called, arguments);
    }
    Object bean = arguments[0];
    if (called.getName().equals("postProcessAfterInitialization")
        && bean.getClass().getSimpleName().equals("TomcatServletWebServerFactory")) {
      Method additional = bean.getClass().getMethod("getAdditionalTomcatConnectors");
      for (Object connector : (Iterable<?>) additional.invoke(bean)) {
        connector
            .getClass()
            .getMethod("setProperty", String.class, String.class)
            .invoke(connector, "address", "127.0.0.1");
      }
    }
    return bean;
  }

  private static Object ownMethod(Object proxy, Method called, Object[] arguments) {
    return switch (called.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> proxy.getClass().getName();
    };
  }
}
