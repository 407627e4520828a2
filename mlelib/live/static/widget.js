
// The stage in a kernel: an anywidget module made of stage.js and this. kernel.py holds the model.
export default {
  render({ model, el }) {
    const spec = model.get("spec");
    el.classList.add("live-widget");
    el.setAttribute("role", "img");
    el.setAttribute("aria-label", spec.alt);
    el.innerHTML = spec.stage;
    const stage = liveStage(el, spec, (moved) => {
      model.set("values", { ...model.get("values"), ...moved });
      model.save_changes();
    });
    for (const { dataset } of el.querySelectorAll("[data-slot]")) {
      const show = () => stage.show({ [dataset.slot]: model.get(`slot_${dataset.slot}`) });
      model.on(`change:slot_${dataset.slot}`, show);
      show();
    }
    const place = () => stage.place(model.get("values"));
    model.on("change:values", place);
    place();
  },
};
