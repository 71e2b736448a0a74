/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.services;

import java.lang.reflect.Method;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;

/**
 * Starts S3Mock, which runs with an earlier Spring Boot. It always opens a second port, and has no
 * setting to keep others than this machine from that.
 */
final class S3MockOnLoopback {

  private S3MockOnLoopback() {}

  public static void main(String[] args) throws ClassNotFoundException {
    SpringApplication application =
        new SpringApplication(Class.forName("com.adobe.testing.s3mock.S3MockApplication"));
    application.addInitializers(
        context -> context.getBeanFactory().addBeanPostProcessor(new SecondPort()));
    application.run(args);
  }

  /** By names, as these classes are not those that this one is compiled with. */
  private static final class SecondPort implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
      if (bean.getClass().getSimpleName().equals("TomcatServletWebServerFactory")) {
        try {
          Method additional = bean.getClass().getMethod("getAdditionalTomcatConnectors");
          for (Object connector : (Iterable<?>) additional.invoke(bean)) {
            connector
                .getClass()
                .getMethod("setProperty", String.class, String.class)
                .invoke(connector, "address", "127.0.0.1");
          }
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
      return bean;
    }
  }
}
