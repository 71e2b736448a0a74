/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.engine.FunctionInvoker;
import io.statefun.function.StatefulFunction;
import java.io.IOException;
import java.util.List;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.core.type.filter.TypeFilter;

/** Leaves out components that are not functions. */
class StateFunTestTypeExcludeFilter
    extends StandardAnnotationCustomizableTypeExcludeFilter<StateFunTest> {

  private final List<TypeFilter> functions =
      List.of(
          new AnnotationTypeFilter(StatefulFunction.class),
          new AssignableTypeFilter(FunctionInvoker.class));

  StateFunTestTypeExcludeFilter(Class<?> testClass) {
    super(testClass);
  }

  @Override
  protected boolean defaultInclude(MetadataReader reader, MetadataReaderFactory factory)
      throws IOException {
    for (TypeFilter filter : functions) {
      if (filter.match(reader, factory)) {
        return true;
      }
    }
    return super.defaultInclude(reader, factory);
  }
}
